import { secretName, stageMap, profileField } from 'common.bicep'

@description('What is written for each stage of the funnel: a value of the stage field, a status in the programme, or the number of a list.')
@sealed()
type writeStages = {
  @description('For awareness.')
  awareness: string?
  @description('For interest.')
  interest: string?
  @description('For evaluation.')
  evaluation: string?
  @description('For commitment.')
  commitment: string?
  @description('For referral.')
  referral: string?
  @description('For repeat.')
  repeat: string?
}

@export()
@description('An instance of Adobe Marketo Engage.')
@sealed()
type marketo = {
  @description('The vendor.')
  type: 'Marketo'

  @description('The secrets of the instance.')
  @sealed()
  secrets: {
    @description('The client secret of the custom service.')
    clientSecret: secretName
    @description('What webhooks of flow steps show in X-Hub-Token. While it is turned: the present and the next with a comma between them.')
    webhookToken: secretName
  }

  @description('The Munchkin id of the instance.')
  @metadata({ example: '123-ABC-456' })
  @minLength(11)
  @maxLength(11)
  munchkinId: string

  @description('The client id of the custom service.')
  @minLength(1)
  clientId: string

  @description('Where API and identity are. Left out: the address that the Munchkin id makes.')
  @metadata({ example: 'https://123-abc-456.mktorest.com' })
  @minLength(9)
  baseUrl: string?

  @description('Where people work. Left out: mails have no links to leads.')
  @metadata({ example: 'https://app-ab12.marketo.com' })
  @minLength(9)
  appUrl: string?

  @description('The field of a lead with its stage.')
  @metadata({ default: 'leadStatus' })
  @minLength(1)
  stageField: string?

  @description('Lead statuses, statuses in programmes and revenue stages, beside and over the defaults.')
  stageMap: stageMap?

  @description('The types of activities that are polled, ten for each call.')
  @metadata({ default: '1,2,3,8,9,10,11,32,46,104' })
  activityTypes: string?

  @description('How far is read again when a paging token no longer counts.')
  @metadata({ default: '00:05:00' })
  pollOverlap: string?

  @description('The time from which the first poll reads. Left out: the last 30 days.')
  @metadata({ example: '2026-01-01T00:00:00Z' })
  pollSince: string?

  @description('The calls a day from which the hub no longer reads. Writes go on.')
  @metadata({ default: '20000' })
  @minValue(1000)
  dailyCalls: int?

  @description('Where a stage is written: the stage field, a programme, or a list for each stage.')
  @metadata({ default: 'field' })
  writeStageTo: 'field' | 'program' | 'list'?

  @description('The programme whose statuses are written, where a stage is written to one.')
  @metadata({ example: '1107' })
  writeStageProgram: string?

  @description('What the hub writes for each stage. A stage without one is never written.')
  writeStage: writeStages?

  @description('The number of the custom activity for notes. Left out: none are written.')
  @metadata({ example: '100001' })
  @minValue(1)
  noteActivityType: int?

  @description('The attribute of the custom activity for the text of a note.')
  @metadata({ default: 'text' })
  @minLength(1)
  noteAttribute: string?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('What leads are kept in step with. Left out: nothing.')
  writeProfile: profileField[]?
}
