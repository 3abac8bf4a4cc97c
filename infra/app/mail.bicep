@description('The names of the services begin with it.')
param suffix string

@description('The name of the identity of the hub.')
param identityName string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource email 'Microsoft.Communication/emailServices@2026-03-18' = {
  name: 'email-${suffix}'
  location: 'global'
  properties: { dataLocation: 'Europe' }
}

resource domain 'Microsoft.Communication/emailServices/domains@2026-03-18' = {
  parent: email
  name: 'AzureManagedDomain'
  location: 'global'
  properties: { domainManagement: 'AzureManaged' }
}

resource communication 'Microsoft.Communication/communicationServices@2026-03-18' = {
  name: 'acs-${suffix}'
  location: 'global'
  properties: {
    dataLocation: 'Europe'
    linkedDomains: [domain.id]
  }
}

// The built-in role for mail may do much more than send.
resource mailSender 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'mail-sender')
  properties: {
    roleName: 'IntegrationHub mail sender ${suffix}'
    description: 'Sends mail through Communication Services.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.Communication/CommunicationServices/Read'
          'Microsoft.Communication/CommunicationServices/Write'
          'Microsoft.Communication/EmailServices/Read'
          'Microsoft.Communication/EmailServices/Write'
        ]
      }
    ]
  }
}

resource maySend 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: communication
  name: guid(communication.id, identity.id, mailSender.id)
  properties: {
    roleDefinitionId: mailSender.id
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}
