import { secretName, stageMap, dealStageMap, dealTypeMap, profileField } from 'common.bicep'

@description('Sign-in by client credentials. They need the My Domain host as baseUrl.')
@sealed()
type clientCredentials = {
  @description('Client credentials.')
  kind: 'clientCredentials'

  @description('The secrets of the flow.')
  @sealed()
  secrets: {
    @description('The consumer secret of the app.')
    clientSecret: secretName
  }
}

@description('Sign-in by a signed token of a user.')
@sealed()
type jwtBearer = {
  @description('A signed token.')
  kind: 'jwtBearer'

  @description('The user as whom the hub acts.')
  @minLength(1)
  username: string

  @description('Whom the token is for. Left out: the login host.')
  @minLength(1)
  audience: string?

  @description('The secrets of the flow.')
  @sealed()
  secrets: {
    @description('The RSA key in PEM that signs the token.')
    privateKey: secretName
  }
}

@description('How the hub signs in.')
@discriminator('kind')
type salesforceSignIn = clientCredentials | jwtBearer

@export()
@description('A Salesforce organisation.')
@sealed()
type salesforce = {
  @description('The vendor.')
  type: 'Salesforce'

  @description('The consumer key of the app.')
  @minLength(1)
  clientId: string

  @description('How the hub signs in: client credentials, or a signed token.')
  signIn: salesforceSignIn

  @description('The secrets of what Salesforce sends.')
  @sealed()
  secrets: {
    @description('The key with which the relay signs change events. Left out, and no token either: they are refused.')
    relaySecret: secretName?

    @description('The token that a relay shows instead of signing.')
    relayToken: secretName?

    @description('The last segment of the path of outbound messages. Left out: they are refused.')
    outboundSecret: secretName?
  }?

  @description('The login host, or the My Domain host of the organisation, which client credentials need.')
  @metadata({ default: 'https://login.salesforce.com' })
  @minLength(9)
  baseUrl: string?

  @description('The version of the REST API.')
  @metadata({ default: 'v60.0' })
  @minLength(4)
  apiVersion: string?

  @description('The id of the organisation. A sign-in to another one is refused.')
  @minLength(15)
  @maxLength(18)
  organizationId: string

  @description('The Lead field that holds the lead id of the hub: text, external id, unique.')
  @metadata({ default: 'IntegrationHub_Lead_Id__c' })
  @minLength(1)
  leadExternalIdField: string?

  @description('The Task field that holds the handoff id of the hub: text, external id, unique.')
  @metadata({ default: 'IntegrationHub_Handoff_Id__c' })
  @minLength(1)
  taskExternalIdField: string?

  @description('The user who gets leads that no route gives to anybody else. Left out: Salesforce decides.')
  @minLength(15)
  @maxLength(18)
  ownerId: string?

  @description('The lead statuses in which nobody has begun.')
  @metadata({ default: 'Open - Not Contacted' })
  @minLength(1)
  initialStatuses: string[]?

  @description('The lead statuses by which sales give a lead back.')
  @metadata({ default: 'Closed - Not Converted' })
  @minLength(1)
  returnStatuses: string[]?

  @description('Whether a lead that was given back gets the first of initialStatuses when it is handed over again.')
  @metadata({ default: 'true' })
  reopenReturned: bool?

  @description('The Lead field with the reason of a return. Left out: the status is the reason.')
  @minLength(1)
  returnReasonField: string?

  @description('The Opportunity field with the reason of a lost one. Left out: none is read.')
  @metadata({ example: 'Loss_Reason__c' })
  @minLength(1)
  lostReasonField: string?

  @description('The word before a question in a task or calendar event: the rest of the line is what the person asked.')
  @metadata({ default: '#ask' })
  @minLength(2)
  @maxLength(20)
  questionTag: string?

  @description('Whether campaign members are polled: who responded met the campaign.')
  @metadata({ default: 'true' })
  pollCampaigns: bool?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('Lead statuses beside and over the defaults.')
  stageMap: stageMap?

  @description('Opportunity stages beside and over the defaults.')
  dealStageMap: dealStageMap?

  @description('Opportunity types that are business with existing customers.')
  dealTypeMap: dealTypeMap?

  @description('What leads and contacts are kept in step with. Left out: nothing.')
  writeProfile: profileField[]?

  @description('Whether a signature of the relay without a time is refused, so that nobody can send it again later.')
  @metadata({ default: 'false' })
  relaySignsTime: bool?

  @description('Whether the organisation has several currencies.')
  @metadata({ default: 'false' })
  multiCurrency: bool?

  @description('Whether tasks are polled.')
  @metadata({ default: 'true' })
  pollTasks: bool?

  @description('Whether calendar events are polled.')
  @metadata({ default: 'true' })
  pollEvents: bool?

  @description('How far a poll goes back before the last row that it has seen.')
  @metadata({ default: '00:05:00' })
  @minLength(8)
  pollOverlap: string?

  @description('Where the very first poll begins. Left out: everything is read.')
  @metadata({ example: '2026-03-02T00:00:00Z' })
  @minLength(10)
  pollSince: string?
}
