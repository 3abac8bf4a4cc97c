import { secretName, stageMap, dealStageMap } from 'common.bicep'

@description('A property of a person that the hub keeps in step.')
type personField = 'phone' | 'jobTitle' | 'firstName' | 'lastName'

@description('The stage of Pipedrive, by id, for new deals in each stage of the funnel.')
@sealed()
type writeStages = {
  @description('The stage for awareness.')
  awareness: string?
  @description('The stage for interest.')
  interest: string?
  @description('The stage for evaluation.')
  evaluation: string?
  @description('The stage for commitment.')
  commitment: string?
  @description('The stage for referral.')
  referral: string?
  @description('The stage for repeat.')
  repeat: string?
}

@export()
@description('A company in Pipedrive.')
@sealed()
type pipedrive = {
  @description('The vendor.')
  type: 'Pipedrive'

  @description('The secrets of the company.')
  @sealed()
  secrets: {
    @description('The API token of the user of the hub.')
    apiToken: secretName
    @description('The password of the webhooks, without a comma. While it is turned: the present and the next with a comma between them.')
    webhookPassword: secretName
  }

  @description('The address of the company, for the API and for people.')
  @metadata({ example: 'https://acme.pipedrive.com' })
  @minLength(9)
  baseUrl: string

  @description('The number of the company. Webhooks that have another one are left alone.')
  @metadata({ example: '7000001' })
  @minLength(1)
  companyId: string

  @description('The user name of the webhooks, without a colon.')
  @metadata({ example: 'hub-pipedrive' })
  @minLength(1)
  webhookUser: string

  @description('The number of the user of the hub. What it writes by the API is its echo. Left out: it is read like anybody.')
  @metadata({ example: '7100009' })
  @minLength(1)
  userId: string?

  @description('The user who gets what no route gives to anybody else. Left out: Pipedrive decides.')
  @metadata({ example: '7100001' })
  @minLength(1)
  ownerId: string?

  @description('What a handoff becomes beside the person and the activity.')
  @metadata({ default: 'lead' })
  handoffAs: ('lead' | 'deal' | 'person')?

  @description('The type of the activity.')
  @metadata({ default: 'task' })
  @minLength(1)
  activityType: string?

  @description('What a lead in the inbox means, by the name lead.')
  stageMap: stageMap?

  @description('Stages of deals by id. No default: each company has stages of its own.')
  dealStageMap: dealStageMap?

  @description('The stages of new deals. Left out: the first one of the default pipeline.')
  writeStage: writeStages?

  @description('The key of the person field that the hub writes the stage of the funnel to. Left out: it writes none.')
  @metadata({ example: '9c2f0c2f7a6f4c1d8e5b3a2109f8e7d6c5b4a392' })
  @minLength(40)
  @maxLength(40)
  stageField: string?

  @description('The key of the person field with the job title. Left out: it is neither read nor written.')
  @metadata({ example: '9c2f0c2f7a6f4c1d8e5b3a2109f8e7d6c5b4a392' })
  @minLength(40)
  @maxLength(40)
  jobTitleField: string?

  @description('The key of the field of leads and deals with the reason of a return. Left out: a fixed text is the reason.')
  @metadata({ example: '9c2f0c2f7a6f4c1d8e5b3a2109f8e7d6c5b4a392' })
  @minLength(40)
  @maxLength(40)
  returnReasonField: string?

  @description('The time between two polls, which cost tokens of the day.')
  @metadata({ default: '00:05:00' })
  @minLength(8)
  pollEvery: string?

  @description('How far a poll goes back before the last row that it has seen.')
  @metadata({ default: '00:05:00' })
  @minLength(8)
  pollOverlap: string?

  @description('Where the very first poll begins. Left out: everything is read.')
  @metadata({ example: '2026-03-02T00:00:00Z' })
  @minLength(10)
  pollSince: string?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('What persons are kept in step with. Left out: nothing.')
  writeProfile: personField[]?
}
