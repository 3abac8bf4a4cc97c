import { secretName, stageMap, dealStageMap, dealTypeMap, profileField } from 'common.bicep'

@description('Sign-in by a private app.')
@sealed()
type privateApp = {
  @description('A private app.')
  kind: 'privateApp'

  @description('The secrets of the private app.')
  @sealed()
  secrets: {
    @description('A private app\'s token.')
    accessToken: secretName
  }
}

@description('Sign-in by an OAuth app.')
@sealed()
type oauthApp = {
  @description('An OAuth app.')
  kind: 'oauth'

  @description('An OAuth app\'s client id.')
  @minLength(1)
  clientId: string

  @description('The secrets of the OAuth app.')
  @sealed()
  secrets: {
    @description('An OAuth app\'s refresh token.')
    refreshToken: secretName
  }
}

@description('How the hub signs in.')
@discriminator('kind')
type hubSpotSignIn = privateApp | oauthApp

@description('The lifecycle stage to write for each stage of the funnel, where several map to it.')
@sealed()
type writeStages = {
  @description('The lifecycle stage written for awareness.')
  awareness: string?
  @description('The lifecycle stage written for interest.')
  interest: string?
  @description('The lifecycle stage written for evaluation.')
  evaluation: string?
  @description('The lifecycle stage written for commitment.')
  commitment: string?
  @description('The lifecycle stage written for referral.')
  referral: string?
  @description('The lifecycle stage written for repeat.')
  repeat: string?
}

@export()
@description('A HubSpot account.')
@sealed()
type hubSpot = {
  @description('The vendor.')
  type: 'HubSpot'

  @description('How the hub signs in: a private app, or an OAuth app.')
  signIn: hubSpotSignIn

  @description('The secrets that both ways of signing in need.')
  @sealed()
  secrets: {
    @description('The client secret of the app, with which HubSpot signs what it sends.')
    clientSecret: secretName
  }

  @description('The account whose events count. Ids of records are unique only within it: another account gets a connector of its own.')
  @metadata({ example: '62515' })
  @minValue(1)
  portalId: int

  @description('Where people open HubSpot, for links to contacts.')
  @metadata({ default: 'https://app.hubspot.com', example: 'https://app-eu1.hubspot.com' })
  @minLength(9)
  appUrl: string?

  @description('Where the API of HubSpot is.')
  @metadata({ default: 'https://api.hubapi.com' })
  @minLength(9)
  baseUrl: string?

  @description('The contact property that takes the reason of sales for a return. Left out: a note takes it.')
  @minLength(1)
  returnReasonProperty: string?

  @description('The contact property that names the campaign of a conversion. It is read with each conversion. Left out: the name of the conversion is the campaign.')
  @metadata({ example: 'utm_campaign' })
  @minLength(1)
  campaignProperty: string?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('Lifecycle stages beside and over the defaults.')
  stageMap: stageMap?

  @description('Deal stages beside and over the defaults.')
  dealStageMap: dealStageMap?

  @description('Deal types that are business with existing customers.')
  dealTypeMap: dealTypeMap?

  @description('The lifecycle stage to write for a stage of the funnel, where several map to it.')
  writeStage: writeStages?

  @description('What contacts are kept in step with. Left out: nothing.')
  writeProfile: profileField[]?
}
