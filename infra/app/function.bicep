@description('The name of the function app.')
param name string

@description('The Azure region.')
param location string

@description('The name of the identity of the hub.')
param identityName string

@description('The name of the storage account.')
param storageName string

@description('The name of Application Insights.')
param insightsName string

@description('The memory of an instance in MiB.')
param instanceMemory int

@description('How many instances may run at most.')
param maxInstances int

@description('The app settings that follow from the parameters.')
param hubSettings object

@description('The name of the Service Bus namespace.')
param busName string

@description('The name of the Communication Services.')
param communicationName string

@description('The subnet of the function app. Empty: no network of its own.')
param subnetId string

@description('The address of Front Door. Empty: none is before the hub.')
param frontDoorUrl string

@description('The id of Front Door. Empty: none is before the hub.')
param frontDoorId string

@description('The client id of the app registration for sign-in. Empty: no sign-in.')
param signInClientId string

@description('The tenant of the people who sign in.')
param signInTenantId string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2026-09-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource communication 'Microsoft.Communication/communicationServices@2026-03-18' existing = {
  name: communicationName
}

resource emailDomain 'Microsoft.Communication/emailServices/domains@2026-03-18' existing = {
  name: '${replace(communicationName, 'acs-', 'email-')}/AzureManagedDomain'
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-${name}'
  location: location
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  kind: 'functionapp,linux'
  tags: { 'azd-service-name': 'hub' }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identity.id
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: empty(frontDoorUrl) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: empty(frontDoorUrl)
        ? []
        : [
            {
              name: 'front-door'
              priority: 100
              action: 'Allow'
              tag: 'ServiceTag'
              ipAddress: 'AzureFrontDoor.Backend'
              headers: { 'x-azure-fdid': [frontDoorId] }
            }
          ]
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}packages'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maxInstances
      }
    }
  }

  resource noScmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource noFtpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
        AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
        AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identity.properties.clientId
        ServiceBus__fullyQualifiedNamespace: '${busName}.servicebus.windows.net'
        ServiceBus__credential: 'managedidentity'
        ServiceBus__clientId: identity.properties.clientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
        Mail__AzureCommunication__Endpoint: 'https://${communication.properties.hostName}'
        Mail__AzureCommunication__ClientId: identity.properties.clientId
        Mail__From: 'DoNotReply@${emailDomain.properties.fromSenderDomain}'
        Hub__PublicUrl: empty(frontDoorUrl) ? 'https://${app.properties.defaultHostName}' : frontDoorUrl
      },
      hubSettings
    )
  }

  resource auth 'config' = if (!empty(signInClientId)) {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true }
      globalValidation: { requireAuthentication: false, unauthenticatedClientAction: 'AllowAnonymous' }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: signInClientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${signInTenantId}/v2.0'
          }
        }
      }
      httpSettings: { requireHttps: true }
    }
  }
}

@description('The address of the function app.')
output url string = empty(frontDoorUrl) ? 'https://${app.properties.defaultHostName}' : frontDoorUrl

@description('The host name of the function app itself.')
output hostName string = app.properties.defaultHostName
