@description('Sign-in of people by App Service Authentication.')
@sealed()
type signIn = {
  @description('The client id of the app registration of the hub.')
  @minLength(36)
  @maxLength(36)
  clientId: string

  @description('The tenant of the people.')
  @minLength(36)
  @maxLength(36)
  tenantId: string
}

@description('Front Door with a firewall.')
@sealed()
type frontDoor = {
  @description('How many requests an address may send within a minute. Some vendors send all from few addresses.')
  @metadata({ default: '6000' })
  @minValue(60)
  @maxValue(1000000)
  requestsPerMinute: int?
}

@description('A key with which a machine calls the hub.')
@sealed()
type machineKey = {
  @description('The secret of the Key Vault that holds the key: a random text of 32 characters or more.')
  @minLength(1)
  secret: string

  @description('What the machine may do.')
  @minLength(1)
  roles: ('Hub.Reader' | 'Hub.Marketing' | 'Hub.Sales' | 'Hub.Manager' | 'Hub.Ops' | 'Hub.Privacy')[]
}

@export()
@description('What of Azure the hub gets.')
@sealed()
type settings = {
  @description('The tier of Service Bus. Standard carries about 1,000 operations a second, a messaging unit of Premium several thousand.')
  @metadata({ default: 'Standard' })
  busTier: 'Standard' | 'Premium'?

  @description('The messaging units of Premium.')
  @metadata({ default: '1' })
  messagingUnits: 1 | 2 | 4 | 8 | 16?

  @description('Whether storage, bus and vault are reached from everywhere, or from a network of their own. The latter needs Premium.')
  @metadata({ default: 'public' })
  network: 'public' | 'private'?

  @description('The memory of an instance in MiB.')
  @metadata({ default: '2048' })
  instanceMemory: 512 | 2048 | 4096?

  @description('How many instances may run at most.')
  @metadata({ default: '40' })
  @minValue(40)
  @maxValue(1000)
  maxInstances: int?

  @description('How storage is replicated.')
  @metadata({ default: 'Standard_ZRS' })
  storageReplication: 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GZRS'?

  @description('How many days logs are kept.')
  @metadata({ default: '30' })
  @minValue(30)
  @maxValue(730)
  logDays: int?

  @description('The sender of mail. Left out: the free domain that Azure makes.')
  mailFrom: string?

  @description('How many mails may go out within a minute.')
  @metadata({ default: '30' })
  @minValue(0)
  @maxValue(5000)
  mailsPerMinute: int?

  @description('How many mails may go out within an hour.')
  @metadata({ default: '100' })
  @minValue(0)
  @maxValue(5000)
  mailsPerHour: int?

  @description('The address under which vendors and people reach the hub. Left out: the address of the function app.')
  @minLength(9)
  publicUrl: string?

  @description('Front Door with a firewall before the hub. Left out: vendors reach the function app itself.')
  frontDoor: frontDoor?

  @description('Sign-in of people, whose roles are app roles of the app registration. Left out: only keys open the hub.')
  signIn: signIn?

  @description('The keys of machines, by name.')
  keys: {
    @description('A key.')
    *: machineKey
  }?

  @description('Further app settings. The template owns all settings: one that stands nowhere is removed.')
  extraSettings: {
    @description('The value of an app setting.')
    *: string
  }?
}
