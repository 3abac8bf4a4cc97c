@export()
@description('The name of a secret in the Key Vault of the hub. The secret itself never stands in a parameter.')
@minLength(1)
@maxLength(127)
type secretName = string

@export()
@description('A stage of the funnel.')
type stage = 'awareness' | 'interest' | 'evaluation' | 'commitment' | 'referral' | 'repeat'

@export()
@description('What a stage of a deal means: a stage of the funnel, or an end.')
type dealStage = 'awareness' | 'interest' | 'evaluation' | 'commitment' | 'referral' | 'repeat' | 'won' | 'lost'

@export()
@description('The stages of a tool for people, and the stage of the funnel that each means.')
type stageMap = {
  @description('A stage as the tool writes it.')
  *: stage
}

@export()
@description('The stages of a tool for deals, and what each means.')
type dealStageMap = {
  @description('A stage as the tool writes it.')
  *: dealStage
}

@export()
@description('A property of a person that the hub keeps in step.')
type profileField = 'phone' | 'company' | 'jobTitle' | 'firstName' | 'lastName' | 'region'

@export()
@description('The types of deals of a tool that are business with existing customers.')
type dealTypeMap = {
  @description('A type as the tool writes it.')
  *: 'repeat'
}
