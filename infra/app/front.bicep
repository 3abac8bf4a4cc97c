@description('The names of the profile and of its parts end with it.')
param suffix string

@description('How many requests an address may send within a minute.')
param requestsPerMinute int

resource profile 'Microsoft.Cdn/profiles@2026-10-01' = {
  name: 'afd-${suffix}'
  location: 'global'
  sku: { name: 'Premium_AzureFrontDoor' }

  resource endpoint 'afdEndpoints' = {
    name: 'hub-${suffix}'
    location: 'global'
    properties: { enabledState: 'Enabled' }
  }
}

// The firewall does not read bodies: the hub verifies them by the signature of the vendor, byte for byte.
resource firewall 'Microsoft.Network/frontDoorWebApplicationFirewallPolicies@2026-04-01' = {
  name: replace('waf${suffix}', '-', '')
  location: 'global'
  sku: { name: 'Premium_AzureFrontDoor' }
  properties: {
    policySettings: { enabledState: 'Enabled', mode: 'Prevention', requestBodyCheck: 'Disabled' }
    customRules: {
      rules: [
        {
          name: 'RatePerAddress'
          priority: 1
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: requestsPerMinute
          action: 'Block'
          matchConditions: [
            { matchVariable: 'SocketAddr', operator: 'IPMatch', negateCondition: false, matchValue: ['0.0.0.0/0', '::/0'] }
          ]
        }
      ]
    }
    managedRules: { managedRuleSets: [{ ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.1' }] }
  }
}

resource protection 'Microsoft.Cdn/profiles/securityPolicies@2026-10-01' = {
  parent: profile
  name: 'firewall'
  properties: {
    parameters: {
      type: 'WebApplicationFirewall'
      wafPolicy: { id: firewall.id }
      associations: [{ domains: [{ id: profile::endpoint.id }], patternsToMatch: ['/*'] }]
    }
  }
}

@description('The address of the hub behind Front Door.')
output url string = 'https://${profile::endpoint.properties.hostName}'

@description('The id by which the function app knows this Front Door.')
output id string = profile.properties.frontDoorId
