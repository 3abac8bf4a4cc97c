import { secretName, stage, stageMap, dealStageMap, profileField } from 'common.bicep'

@description('How webhooks prove what they are.')
@sealed()
type genericSignature = {
  @description('An HMAC, a token in a header, a user and password, or a token in the address.')
  scheme: 'hmac' | 'token' | 'basic' | 'urlToken'

  @description('The header with the signature or the token.')
  @metadata({ example: 'X-Signature' })
  header: string?

  @description('What stands before the signature or the token. A word gets a blank behind it for a token.')
  @metadata({ example: 'sha256=' })
  prefix: string?

  @description('The name of the signature in a header of several parts, such as t=1,v1=2.')
  @metadata({ example: 'v1' })
  part: string?

  @description('The user of the scheme basic.')
  @metadata({ example: 'hub' })
  user: string?

  @description('The algorithm of the HMAC.')
  @metadata({ default: 'sha256' })
  algorithm: 'sha1' | 'sha256' | 'sha384' | 'sha512'?

  @description('How the signature is written.')
  @metadata({ default: 'hex' })
  encoding: 'hex' | 'base64'?

  @description('How the secret is written.')
  @metadata({ default: 'text' })
  keyEncoding: 'text' | 'hex' | 'base64'?

  @description('The text that is signed, of body, timestamp, method, url, path and header:Name in braces.')
  @metadata({ default: '{body}', example: '{timestamp}.{body}' })
  signed: string?

  @description('The header with the time of sending.')
  @metadata({ example: 'X-Timestamp' })
  timestampHeader: string?

  @description('The name of the time in the header of the signature.')
  @metadata({ example: 't' })
  timestampPart: string?

  @description('The format of the time of sending.')
  @metadata({ default: 'auto', example: 'seconds' })
  timestampFormat: string?

  @description('How old a webhook may be, and how far ahead.')
  @metadata({ default: '00:05:00' })
  tolerance: string?
}

@description('How the tool is called.')
@sealed()
type genericApi = {
  @description('Below which address its API is.')
  @metadata({ example: 'https://api.example.com/v2' })
  @minLength(9)
  baseUrl: string

  @description('How the hub signs in: with nothing, a bearer token, a header, a user and password, or OAuth 2 by client credentials.')
  @metadata({ default: 'none' })
  scheme: 'none' | 'bearer' | 'header' | 'basic' | 'oAuth'?

  @description('The header of the scheme header.')
  @metadata({ example: 'X-Api-Key' })
  header: string?

  @description('The user, or the client id.')
  @metadata({ example: 'hub' })
  user: string?

  @description('Where tokens are fetched.')
  @metadata({ example: 'https://api.example.com/oauth/token' })
  tokenUrl: string?

  @description('The scope of tokens.')
  @metadata({ example: 'contacts' })
  scope: string?
}

@description('A request. Placeholders stand in braces.')
@sealed()
type genericRequest = {
  @description('The method. Left out: the usual one.')
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'?

  @description('The path below the address of the API, with its query.')
  @metadata({ example: '/people/{id}/stage' })
  @minLength(1)
  url: string

  @description('Headers beside the one that signs in.')
  headers: {
    @description('The text of the header of that name, with placeholders in braces.')
    *: string
  }?

  @description('The body: JSON, or a form such as a={id}.')
  @metadata({ example: '{"stage":"{stage}"}' })
  body: string?

  @description('Whether it may be sent again after a failure. Left out: true for stage, opt-out and profile.')
  repeatable: bool?

  @description('Where the list is in the answer, for requests that find something.')
  @metadata({ example: '/data' })
  items: string?

  @description('Where the text or the id is in an element, for requests that find or make something.')
  @metadata({ example: '/id' })
  text: string?
}

@description('The requests that write. What has none is not written.')
@sealed()
type genericWrite = {
  @description('Sets a stage.')
  stage: genericRequest?
  @description('Opts a person out of mail.')
  optOut: genericRequest?
  @description('Takes the opt-out of the hub back.')
  optIn: genericRequest?
  @description('Sets values of the profile.')
  profile: genericRequest?
  @description('Adds a note.')
  note: genericRequest?
  @description('Lists the notes of a person, so that none is added twice.')
  notes: genericRequest?
  @description('Adds a task. The tool then takes handoffs.')
  task: genericRequest?
  @description('Lists the tasks of a person, so that none is added twice.')
  tasks: genericRequest?
  @description('Finds people by an address.')
  find: genericRequest?
  @description('Makes a person.')
  upsert: genericRequest?
}

@description('How the record of a person is read, and where its values are in the answer.')
@sealed()
type genericPerson = {
  @description('The path of the record.')
  @metadata({ example: '/people/{id}' })
  @minLength(1)
  url: string

  @description('Headers beside the one that signs in.')
  headers: {
    @description('The text of the header of that name.')
    *: string
  }?

  @description('Where the address is.')
  @metadata({ example: '/data/email' })
  email: string?
  @description('Where the first name is.')
  @metadata({ example: '/data/first_name' })
  firstName: string?
  @description('Where the last name is.')
  @metadata({ example: '/data/last_name' })
  lastName: string?
  @description('Where the company is.')
  @metadata({ example: '/data/company' })
  company: string?
  @description('Where the job title is.')
  @metadata({ example: '/data/title' })
  jobTitle: string?
  @description('Where the telephone number is.')
  @metadata({ example: '/data/phone' })
  phone: string?
  @description('Where the region is.')
  @metadata({ example: '/data/country' })
  region: string?
  @description('Where the stage is.')
  @metadata({ example: '/data/stage' })
  stage: string?
  @description('Where it says whether the person has opted out.')
  @metadata({ example: '/data/opted_out' })
  optedOut: string?
  @description('The values that say so.')
  @metadata({ default: 'true,1,yes' })
  optedOutWhen: string[]?
}

@description('How the tool is polled.')
@sealed()
type genericPoll = {
  @description('The path and query, with since, lastId, cursor and offset in braces.')
  @metadata({ example: '/people?since={since}&cursor={cursor}' })
  @minLength(1)
  url: string

  @description('Headers beside the one that signs in.')
  headers: {
    @description('The text of the header of that name.')
    *: string
  }?

  @description('Where the rows are. Left out: the answer is the list.')
  @metadata({ example: '/data' })
  items: string?

  @description('Where the time of a row is.')
  @metadata({ example: '/updated_at' })
  @minLength(1)
  time: string

  @description('The format of times, in rows and in the query.')
  @metadata({ default: 'auto', example: 'seconds' })
  timeFormat: string?

  @description('Where the id of a row is, for tools that go on behind the last row.')
  @metadata({ default: '/id' })
  id: string?

  @description('Where the cursor of the next page is.')
  @metadata({ example: '^/next_cursor' })
  next: string?

  @description('The rows of a full page, for tools that page by offset, or by time and id of the last row.')
  @metadata({ example: '100' })
  @minValue(1)
  @maxValue(10000)
  limit: int?

  @description('How late a row may appear after its time.')
  @metadata({ default: '00:05:00' })
  overlap: string?

  @description('The time from which the first poll reads. Left out: everything.')
  @metadata({ example: '2026-01-01T00:00:00Z' })
  since: string?
}

@description('Where the values of an item are: JSON Pointers with | between them, or keys of a form.')
@sealed()
type genericFields = {
  @description('The id of the record of the person.')
  personId: string?
  @description('The address.')
  email: string?
  @description('Further addresses, a list.')
  furtherEmails: string?
  @description('The first name.')
  firstName: string?
  @description('The last name.')
  lastName: string?
  @description('The whole name, where it is not split.')
  name: string?
  @description('The company.')
  company: string?
  @description('The job title.')
  jobTitle: string?
  @description('The telephone number.')
  phone: string?
  @description('The region.')
  region: string?
  @description('The segment.')
  segment: string?
  @description('The score.')
  score: string?
  @description('The stage, of a person or a deal.')
  stage: string?
  @description('The stage before.')
  fromStage: string?
  @description('The consent.')
  consent: string?
  @description('The address before.')
  previousEmail: string?
  @description('The records that were merged into the person, a list.')
  mergedIds: string?
  @description('The id of the deal.')
  dealId: string?
  @description('The status of the deal.')
  dealStatus: string?
  @description('The amount.')
  amount: string?
  @description('The currency.')
  currency: string?
  @description('The owner.')
  owner: string?
  @description('The day on which the deal was, or is to be, closed, as 2026-03-31.')
  closedOn: string?
  @description('Why the deal was lost.')
  lostReason: string?
  @description('The campaign.')
  campaign: string?
  @description('What was seen or answered.')
  detail: string?
  @description('When it happened.')
  occurredAt: string?
}

@description('A rule: which items it is for, and what they mean. It may have each of the fields as well, and the word none takes one away.')
type genericRule = {
  @description('What an item means.')
  kind:
    | 'created'
    | 'updated'
    | 'stage'
    | 'emailChanged'
    | 'consent'
    | 'subscribed'
    | 'unsubscribed'
    | 'bounced'
    | 'complained'
    | 'visit'
    | 'form'
    | 'open'
    | 'click'
    | 'conversion'
    | 'activity'
    | 'merged'
    | 'deleted'
    | 'privacyDeleted'
    | 'dealCreated'
    | 'deal'
    | 'dealDeleted'
    | 'joined'
    | 'left'
    | 'ignored'

  @description('Conditions that all have to hold: a place, or a place with = or != and values.')
  @metadata({ example: '/type=registered' })
  when: string[]?

  @description('Whether the rules after this one are tried as well.')
  @metadata({ default: 'false' })
  continue: bool?

  @description('The side that the tool speaks for.')
  side: 'marketing' | 'crm'?

  @description('The stage of the funnel of an event without a stage of the tool.')
  means: stage?

  @description('Whether the event counts only for a known person.')
  @metadata({ default: 'false' })
  onlyIfKnown: bool?

  @description('What the item lacks, for people to read.')
  @metadata({ example: 'email' })
  lacks: string[]?

  @description('Ids for people to read, over those of all rules.')
  ids: {
    @description('Where the id of that name is.')
    *: string
  }?

  @description('What two deliveries of one event have in common, with places in braces.')
  @metadata({ example: '{/id}' })
  dedupe: string?

  @description('Where a value is, by the name of its field.')
  *: string?
}

@description('The stage of the tool to write for each stage of the funnel.')
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
@description('Any other tool, which settings alone describe.')
@sealed()
type generic = {
  @description('The vendor.')
  type: 'Generic'

  @description('The secrets of the tool.')
  @sealed()
  secrets: {
    @description('What webhooks are proved with. While it is turned: the present and the next with a comma between them.')
    webhookSecret: secretName?
    @description('What the hub signs in with: a token, a password or a client secret.')
    apiSecret: secretName?
  }

  @description('The side that the tool speaks for.')
  @metadata({ default: 'marketing' })
  side: 'marketing' | 'crm'?

  @description('What webhooks are.')
  @metadata({ default: 'json' })
  form: 'json' | 'form'?

  @description('How webhooks prove what they are. Left out: none are taken.')
  signature: genericSignature?

  @description('Conditions under which a webhook is of the right account. Only here a place may be a header, such as @X-Account.')
  @metadata({ example: '/account=acme' })
  ours: string[]?

  @description('Where the items of a webhook are; * is any member. Left out: the whole body, or its elements.')
  @metadata({ example: '/events' })
  items: string?

  @description('The rules in order.')
  @minLength(1)
  rules: genericRule[]

  @description('Where values are, for all rules.')
  fields: genericFields?

  @description('Ids for people to read.')
  ids: {
    @description('Where the id of that name is.')
    *: string
  }?

  @description('What two deliveries of one event have in common, with places in braces.')
  @metadata({ default: '{$hash}', example: '{/id}-{/time}' })
  dedupe: string?

  @description('The name of items that no rule is for, with places in braces.')
  @metadata({ example: '{/type}' })
  unread: string?

  @description('The format of times: auto, seconds, milliseconds, iso, or one of .NET.')
  @metadata({ default: 'auto', example: 'yyyy-MM-dd HH:mm:ss' })
  timeFormat: string?

  @description('What amounts are divided by.')
  @metadata({ default: '1', example: '100' })
  @minValue(1)
  amountDivisor: int?

  @description('Stages of people, beside and over the names of the funnel.')
  stageMap: stageMap?

  @description('Stages of deals.')
  dealStageMap: dealStageMap?

  @description('What a status of a deal means, beside open, won and lost.')
  dealStatusMap: {
    @description('A status as the tool writes it.')
    *: 'open' | 'won' | 'lost'
  }?

  @description('What a consent means, beside these words themselves.')
  consentMap: {
    @description('A consent as the tool writes it.')
    *: 'subscribed' | 'unsubscribed' | 'bounced' | 'complained'
  }?

  @description('How the tool is called.')
  api: genericApi?

  @description('How the record of a person is read.')
  person: genericPerson?

  @description('The requests that write.')
  write: genericWrite?

  @description('The stages that the hub writes. Left out: none.')
  writeStage: writeStages?

  @description('What people are kept in step with. Left out: nothing.')
  writeProfile: profileField[]?

  @description('How the tool is polled. Left out: it is not.')
  poll: genericPoll?

  @description('The address of the record of a person for people.')
  @metadata({ example: 'https://app.example.com/people/{id}' })
  recordUrl: string?

  @description('The country of telephone numbers without a country code, two letters of ISO 3166.')
  @metadata({ example: 'DE' })
  @minLength(2)
  @maxLength(2)
  phoneRegion: string?
}
