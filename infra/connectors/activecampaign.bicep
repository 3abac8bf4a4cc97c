import { secretName, stageMap, dealStageMap } from 'common.bicep'

@description('A property of a contact that the hub keeps in step.')
type contactField = 'phone' | 'firstName' | 'lastName'

@export()
@description('An account of ActiveCampaign.')
@sealed()
type activeCampaign = {
  @description('The vendor.')
  type: 'ActiveCampaign'

  @description('The secrets of the account.')
  @sealed()
  secrets: {
    @description('The API key.')
    apiKey: secretName
    @description('The token in the address of the webhook. While it is turned: the present and the next with a comma between them.')
    urlToken: secretName
  }

  @description('The name of the account, the first part of its addresses.')
  @metadata({ example: 'acme' })
  @minLength(1)
  account: string

  @description('The number of the account. Webhooks that have another one are left alone.')
  @metadata({ example: '474042' })
  @minLength(1)
  accountId: string?

  @description('Where the API of the account is. Left out: the address at api-us1.com.')
  @metadata({ example: 'https://acme.api-us1.com' })
  @minLength(9)
  baseUrl: string?

  @description('Where people open the account. Left out: the address at activehosted.com.')
  @metadata({ example: 'https://acme.activehosted.com' })
  @minLength(9)
  appUrl: string?

  @description('How a tag begins whose rest is a stage.')
  @metadata({ default: 'stage:' })
  @minLength(1)
  stageTagPrefix: string?

  @description('Stages in tags, beside and over the names of the funnel.')
  stageMap: stageMap?

  @description('Stages of deals by id. No default: each account has stages of its own.')
  dealStageMap: dealStageMap?

  @description('Whether the hub writes the stage as a tag.')
  @metadata({ default: 'false' })
  writeStageTag: bool?

  @description('The list that a withdrawn opt-out subscribes to. Left out: no opt-out is withdrawn.')
  @metadata({ example: '1' })
  @minLength(1)
  listId: string?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('What contacts are kept in step with. Left out: nothing.')
  writeProfile: contactField[]?
}
