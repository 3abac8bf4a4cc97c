import { secretName, stageMap } from 'common.bicep'

@description('A property of a member that the hub keeps in step.')
type memberField = 'phone' | 'company' | 'firstName' | 'lastName'

@export()
@description('An audience of Mailchimp.')
@sealed()
type mailchimp = {
  @description('The vendor.')
  type: 'Mailchimp'

  @description('The secrets of the audience.')
  @sealed()
  secrets: {
    @description('An API key.')
    apiKey: secretName
    @description('The signing secret of the webhook. While it is turned: the present and the next with a comma between them. Left out: urlToken stands in its place.')
    signingSecret: secretName?
    @description('The token in the address of a webhook that was made before Mailchimp signed. It counts only without a signing secret.')
    urlToken: secretName?
  }

  @description('The id of the audience whose events count.')
  @metadata({ example: 'b7c1d2e3f4' })
  @minLength(1)
  listId: string

  @description('Where the API of Mailchimp is. Left out: the data centre that the key names.')
  @metadata({ example: 'https://us21.api.mailchimp.com' })
  @minLength(9)
  baseUrl: string?

  @description('The merge field with the stage of a person. Left out: none.')
  @metadata({ example: 'STAGE' })
  @minLength(1)
  stageMergeField: string?

  @description('Stages in the merge field, beside and over the names of the funnel.')
  stageMap: stageMap?

  @description('The merge field for the stage that the hub writes. Left out: none.')
  @metadata({ example: 'STAGE' })
  @minLength(1)
  writeStageMergeField: string?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('What members are kept in step with. Left out: nothing.')
  writeProfile: memberField[]?
}
