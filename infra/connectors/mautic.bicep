import { secretName, stageMap, profileField } from 'common.bicep'

@description('The stage of Mautic to write for each stage of the funnel.')
@sealed()
type writeStages = {
  @description('The stage written for awareness.')
  awareness: string?
  @description('The stage written for interest.')
  interest: string?
  @description('The stage written for evaluation.')
  evaluation: string?
  @description('The stage written for commitment.')
  commitment: string?
  @description('The stage written for referral.')
  referral: string?
  @description('The stage written for repeat.')
  repeat: string?
}

@export()
@description('An instance of Mautic.')
@sealed()
type mautic = {
  @description('The vendor.')
  type: 'Mautic'

  @description('The secrets of the instance.')
  @sealed()
  secrets: {
    @description('The secret of the webhook. While it is turned: the present and the next with a comma between them.')
    webhookSecret: secretName
    @description('The secret key of API credentials.')
    clientSecret: secretName
  }

  @description('The public key of API credentials (OAuth 2).')
  @minLength(1)
  clientId: string

  @description('The address of the instance, whose webhooks count.')
  @metadata({ example: 'https://mautic.example.com' })
  @minLength(9)
  baseUrl: string

  @description('Stages of Mautic by name, beside and over the names of the funnel.')
  stageMap: stageMap?

  @description('The stages that the hub writes. Left out: none.')
  writeStage: writeStages?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?

  @description('What contacts are kept in step with. Left out: nothing.')
  writeProfile: profileField[]?
}
