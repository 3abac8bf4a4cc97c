import { secretName, stageMap, dealStageMap, profileField } from 'common.bicep'

@description('Sign-in by client credentials of an application.')
@sealed()
type clientCredentials = {
  @description('Client credentials.')
  kind: 'clientCredentials'

  @description('The tenant of the application.')
  @metadata({ example: 'c0000000-0003-4000-8000-00000000000c' })
  @minLength(36)
  @maxLength(36)
  tenantId: string

  @description('The client id of the application.')
  @metadata({ example: 'c0000000-0003-4000-8000-00000000000c' })
  @minLength(36)
  @maxLength(36)
  clientId: string

  @description('Where applications sign in.')
  @metadata({ default: 'https://login.microsoftonline.com' })
  @minLength(9)
  loginUrl: string?

  @description('The secrets of the flow.')
  @sealed()
  secrets: {
    @description('The secret of the application.')
    clientSecret: secretName
  }
}

@description('Sign-in as the managed identity of the function app.')
@sealed()
type managedIdentity = {
  @description('A managed identity.')
  kind: 'managedIdentity'

  @description('Whether the hub signs in as the managed identity of the function app.')
  @metadata({ default: 'false' })
  managedIdentity: bool

  @description('The client id of the identity, where the app has several. Left out: its own.')
  @metadata({ example: 'c0000000-0003-4000-8000-00000000000c' })
  @minLength(36)
  @maxLength(36)
  clientId: string?
}

@description('How the hub signs in.')
@discriminator('kind')
type dynamicsSignIn = clientCredentials | managedIdentity

@export()
@description('An environment of Dataverse with Dynamics 365 Sales.')
@sealed()
type dynamics = {
  @description('The vendor.')
  type: 'Dynamics'

  @description('How the hub signs in: client credentials, or a managed identity.')
  signIn: dynamicsSignIn

  @description('The secrets of what Dataverse sends.')
  @sealed()
  secrets: {
    @description('The secret of the service endpoint. While it is turned: the present and the next with a comma between them.')
    webhookSecret: secretName
  }

  @description('The address of the Web API.')
  @metadata({ example: 'https://acme.api.crm4.dynamics.com' })
  @minLength(9)
  baseUrl: string

  @description('Where people open records. Left out: the address of the Web API without .api.')
  @metadata({ example: 'https://acme.crm4.dynamics.com' })
  @minLength(9)
  appUrl: string?

  @description('The version of the Web API.')
  @metadata({ default: 'v9.2' })
  @minLength(4)
  apiVersion: string?

  @description('The id of the organisation. Messages of another one are left alone.')
  @metadata({ example: 'c0000000-0003-4000-8000-00000000000c' })
  @minLength(36)
  @maxLength(36)
  organizationId: string

  @description('The application user of the hub (systemuser). What it writes is its echo. Left out: it is read like anybody.')
  @metadata({ example: 'feed0000-0000-0000-0000-00000000beef' })
  @minLength(36)
  @maxLength(36)
  applicationUserId: string?

  @description('The header in which Dataverse shows the secret.')
  @metadata({ default: 'x-hub-key' })
  @minLength(1)
  webhookHeader: string?

  @description('The parameter of the address in which Dataverse shows the secret, where it sends no header.')
  @metadata({ default: 'code' })
  @minLength(1)
  webhookParameter: string?

  @description('The column of leads that holds the lead id of the hub, with an alternate key.')
  @metadata({ default: 'new_integrationhubleadid' })
  @minLength(1)
  leadKey: string?

  @description('The column of leads and contacts that the hub writes the stage of the funnel to. Left out: it writes none.')
  @metadata({ example: 'new_funnelstage' })
  @minLength(1)
  stageField: string?

  @description('The column of leads with the reason of a return. Left out: the status is the reason.')
  @metadata({ example: 'new_returnreason' })
  @minLength(1)
  returnReasonField: string?

  @description('The user who gets leads that no route gives to anybody else. Left out: Dynamics decides.')
  @metadata({ example: 'a0000000-0002-4000-8000-00000000000a' })
  @minLength(36)
  @maxLength(36)
  ownerId: string?

  @description('The statuses of leads, by number, in which nobody has begun.')
  @metadata({ default: '1' })
  @minLength(1)
  initialStatuses: string[]?

  @description('Whether a lead that was given back is opened when it is handed over again.')
  @metadata({ default: 'true' })
  reopenReturned: bool?

  @description('Statuses of leads (lead.statuscode=1) beside and over the defaults.')
  stageMap: stageMap?

  @description('Stages (salesstage=0) and statuses (statuscode=3) of opportunities beside and over the defaults.')
  dealStageMap: dealStageMap?

  @description('Whether tasks are polled.')
  @metadata({ default: 'true' })
  pollTasks: bool?

  @description('The time between two polls.')
  @metadata({ default: '00:01:00' })
  @minLength(8)
  pollEvery: string?

  @description('The time from which the very first poll takes rows. Left out: all.')
  @metadata({ example: '2026-03-02T00:00:00Z' })
  @minLength(10)
  pollSince: string?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('What leads and contacts are kept in step with. Left out: nothing.')
  writeProfile: profileField[]?
}
