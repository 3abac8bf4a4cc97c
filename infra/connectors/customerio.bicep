import { secretName, profileField } from 'common.bicep'

@export()
@description('A Customer.io workspace.')
@sealed()
type customerIo = {
  @description('The vendor.')
  type: 'CustomerIo'

  @description('The secrets of the workspace.')
  @sealed()
  secrets: {
    @description('The signing key of the webhooks. While it is turned: the present and the next with a comma between them.')
    signingKey: secretName
    @description('The key of the Track API, which writes.')
    apiKey: secretName
    @description('The key of the App API, which reads.')
    appKey: secretName
  }

  @description('The site id that belongs to the key of the Track API.')
  @minLength(1)
  siteId: string

  @description('Where the Track API is.')
  @metadata({ default: 'https://track.customer.io', example: 'https://track-eu.customer.io' })
  @minLength(9)
  baseUrl: string?

  @description('Where the App API is.')
  @metadata({ default: 'https://api.customer.io', example: 'https://api-eu.customer.io' })
  @minLength(9)
  appBaseUrl: string?

  @description('How old a webhook may be.')
  @metadata({ default: '1.00:00:00' })
  tolerance: string?

  @description('The attribute for the stage that the hub writes. Left out: none.')
  @metadata({ example: 'funnel_stage' })
  @minLength(1)
  writeStageAttribute: string?

  @description('The attribute for notes, such as the reason of a return. Left out: none.')
  @metadata({ example: 'sales_note' })
  @minLength(1)
  noteAttribute: string?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('What people are kept in step with. Left out: nothing.')
  writeProfile: profileField[]?
}
