@description('The names of the profile and of its endpoint end with it.')
param suffix string

@description('The host name of the function app.')
param origin string

resource profile 'Microsoft.Cdn/profiles@2026-10-01' existing = {
  name: 'afd-${suffix}'

  resource endpoint 'afdEndpoints' existing = {
    name: 'hub-${suffix}'
  }
}

resource origins 'Microsoft.Cdn/profiles/originGroups@2026-10-01' = {
  parent: profile
  name: 'hub'
  properties: {
    loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 3 }
    healthProbeSettings: { probePath: '/api/health', probeProtocol: 'Https', probeRequestType: 'GET', probeIntervalInSeconds: 60 }
  }

  resource hub 'origins' = {
    name: 'hub'
    properties: {
      hostName: origin
      originHostHeader: origin
      httpsPort: 443
      enforceCertificateNameCheck: true
    }
  }
}

resource route 'Microsoft.Cdn/profiles/afdEndpoints/routes@2026-10-01' = {
  parent: profile::endpoint
  name: 'all'
  properties: {
    originGroup: { id: origins.id }
    patternsToMatch: ['/*']
    supportedProtocols: ['Https']
    httpsRedirect: 'Disabled'
    forwardingProtocol: 'HttpsOnly'
    linkToDefaultDomain: 'Enabled'
  }
  dependsOn: [origins::hub]
}
