import { secretName, stageMap, profileField } from 'common.bicep'

@export()
@description('A business unit of Salesforce Account Engagement.')
@sealed()
type accountEngagement = {
  @description('The vendor.')
  type: 'AccountEngagement'

  @description('The secrets of the connected app.')
  @sealed()
  secrets: {
    @description('The consumer secret of the connected app.')
    clientSecret: secretName
  }

  @description('The consumer key of the connected app.')
  @minLength(1)
  clientId: string

  @description('The address of the Salesforce organisation, which signs the hub in.')
  @metadata({ example: 'https://acme.my.salesforce.com' })
  @minLength(9)
  loginUrl: string

  @description('The id of the business unit.')
  @metadata({ example: '0Uv000000000001CAA' })
  @minLength(18)
  @maxLength(18)
  businessUnitId: string

  @description('Where the API is.')
  @metadata({ default: 'https://pi.pardot.com', example: 'https://pi.demo.pardot.com' })
  @minLength(9)
  baseUrl: string?

  @description('Lifecycle stages by number or name, beside and over the defaults.')
  stageMap: stageMap?

  @description('How late a record may appear after its time.')
  @metadata({ default: '00:05:00' })
  pollOverlap: string?

  @description('The time from which the first poll reads. Left out: everything.')
  @metadata({ example: '2026-01-01T00:00:00Z' })
  pollSince: string?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('What prospects are kept in step with. Left out: nothing.')
  writeProfile: profileField[]?
}
