import { secretName, stageMap, profileField } from 'common.bicep'

@description('What the events of topics mean.')
type topicMap = {
  @description('What an event of the topic means.')
  *: 'ignored' | 'subscribed' | 'unsubscribed' | 'bounced' | 'complained' | 'open' | 'click' | 'form' | 'visit' | 'conversion' | 'stage'
}

@export()
@description('A Klaviyo account.')
@sealed()
type klaviyo = {
  @description('The vendor.')
  type: 'Klaviyo'

  @description('The secrets of the account.')
  @sealed()
  secrets: {
    @description('A private API key.')
    apiKey: secretName
    @description('The secret key of the webhooks. While it is turned: the present and the next with a comma between them.')
    webhookSecret: secretName
  }

  @description('The public id of the account whose events count.')
  @metadata({ example: 'XyZ123' })
  @minLength(1)
  accountId: string

  @description('Where the API of Klaviyo is.')
  @metadata({ default: 'https://a.klaviyo.com' })
  @minLength(9)
  baseUrl: string?

  @description('Topics beside and over the defaults, and what their events mean.')
  topicMap: topicMap?

  @description('Stages in events of the meaning stage, beside and over the names of the funnel.')
  stageMap: stageMap?

  @description('The event property with the stage.')
  @metadata({ default: 'stage' })
  @minLength(1)
  stageProperty: string?

  @description('The event property with the previous stage.')
  @metadata({ default: 'previous_stage' })
  @minLength(1)
  previousStageProperty: string?

  @description('The profile property for the stage that the hub writes. Left out: none.')
  @metadata({ example: 'funnel_stage' })
  @minLength(1)
  writeStageProperty: string?

  @description('The profile property for notes, such as the reason of a return. Left out: none.')
  @metadata({ example: 'sales_note' })
  @minLength(1)
  noteProperty: string?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('What profiles are kept in step with. Left out: nothing.')
  writeProfile: profileField[]?
}
