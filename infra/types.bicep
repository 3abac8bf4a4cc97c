import { stage } from 'connectors/common.bicep'

@export()
@description('Working hours.')
@sealed()
type calendar = {
  @description('The time zone, an IANA name.')
  @metadata({ default: 'UTC', example: 'Europe/Berlin' })
  timeZone: string?

  @description('The working days.')
  @metadata({ default: 'Mon-Sun', example: 'Mon-Fri' })
  workingDays: string?

  @description('The working hours of a day.')
  @metadata({ default: '00:00-24:00', example: '09:00-17:30' })
  hours: string?

  @description('Dates on which nobody works, and spans of dates.')
  @metadata({ example: '2026-12-25' })
  holidays: string[]?
}

@description('Limits of a stage in working time, d.hh:mm:ss, or off.')
@sealed()
type stageLimits = {
  @description('How long a lead may stay in the stage without progress.')
  @metadata({ example: '5.00:00:00' })
  stallAfter: string?

  @description('How long a handoff may wait until somebody accepts it.')
  @metadata({ example: '08:00:00' })
  acceptWithin: string?
}

@description('A stage of the funnel: its name, its team and its limits.')
@sealed()
type stageSettings = {
  @description('What people call the stage.')
  name: string?

  @description('The team that owns the stage.')
  owner: string?

  @description('How long a lead may stay in the stage without progress, in working time.')
  @metadata({ example: '5.00:00:00' })
  stallAfter: string?

  @description('How long a handoff may wait in the tool until somebody accepts it, in working time.')
  @metadata({ example: '08:00:00' })
  acceptWithin: string?

  @description('Limits of single segments, by the name of each.')
  segments: {
    @description('The limits of a segment.')
    *: stageLimits
  }?
}

@description('The stages of the funnel.')
@sealed()
type stages = {
  @description('The stage awareness.')
  awareness: stageSettings?
  @description('The stage interest.')
  interest: stageSettings?
  @description('The stage evaluation.')
  evaluation: stageSettings?
  @description('The stage commitment.')
  commitment: stageSettings?
  @description('The stage referral.')
  referral: stageSettings?
  @description('The stage repeat.')
  repeat: stageSettings?
}

@export()
@description('The funnel: what its stages are called, who owns them, and how long a lead may stay.')
@sealed()
type funnel = {
  @description('The stages.')
  stages: stages?

  @description('The connector that wins a tie.')
  systemOfRecord: string?

  @description('Where a lead goes when its last deal is lost.')
  @metadata({ default: 'interest' })
  recycleTo: stage?
}

@description('A team.')
@sealed()
type team = {
  @description('The addresses that alerts of the team go to.')
  @minLength(1)
  recipients: string[]

  @description('The addresses that escalations go to.')
  managers: string[]?

  @description('The hours without mail, in the time zone of the team.')
  @metadata({ example: '18:00-08:00' })
  quietHours: string?

  @description('The working hours of the team, where they differ from the common ones.')
  calendar: calendar?
}

@export()
@description('The teams by name.')
type teams = {
  @description('A team.')
  *: team
}

@description('A person who gets handoffs.')
@sealed()
type owner = {
  @description('The id of their user in each connector.')
  id: {
    @description('The id of their user in the connector of that name.')
    *: string
  }

  @description('Their address.')
  email: string?

  @description('How many handoffs may wait for them at once. Left out: any number.')
  @minValue(1)
  capacity: int?

  @description('Their working hours, where they differ from those of the team.')
  calendar: calendar?

  @description('Dates on which they are away, and spans of dates.')
  @metadata({ example: '2026-08-03..2026-08-14' })
  away: string[]?
}

@export()
@description('The people who get handoffs, by name.')
type owners = {
  @description('A person.')
  *: owner
}

@description('Who gets which lead. All conditions have to hold.')
@sealed()
type route = {
  @description('The segment of the lead.')
  segment: string?

  @description('The region of the lead.')
  region: string?

  @description('The company of the lead. A star at the end stands for any ending.')
  company: string?

  @description('The least score of the lead.')
  minScore: int?

  @description('The greatest score of the lead.')
  maxScore: int?

  @description('The stage of the lead.')
  stage: stage?

  @description('The person who gets the lead. Either this or roundRobin.')
  owner: string?

  @description('The people who take turns. Either this or owner.')
  @minLength(1)
  roundRobin: string[]?

  @description('The connector that gets the lead, where it differs from that of the team.')
  connector: string?
}

@description('How the handoffs of a team are given to people.')
@sealed()
type teamRouting = {
  @description('The connector that gets the handoffs of the team, where several could.')
  connector: string?

  @description('The routes. The first one whose conditions all match counts.')
  routes: route[]?

  @description('Who gets leads without a matching route. Routes need it.')
  fallback: string?

  @description('The working time after which an unaccepted handoff goes to the next person. Left out: never.')
  @metadata({ example: '08:00:00' })
  rerouteAfter: string?

  @description('How often a handoff goes to the next person before it goes to the fallback.')
  @metadata({ default: '1' })
  @minValue(0)
  maxReroutes: int?
}

@export()
@description('The routing of handoffs by team.')
type routing = {
  @description('The routing of a team.')
  *: teamRouting
}

@export()
@description('How stalls are reported.')
@sealed()
type alerts = {
  @description('The share of a limit at which the owner gets a heads-up, or off.')
  @metadata({ default: '0.75' })
  headsUpAt: string?

  @description('The multiple of a limit at which the managers are notified, or off.')
  @metadata({ default: '2' })
  escalateAt: string?

  @description('The working time after which an unchanged stall is reported again, or off.')
  @metadata({ default: 'off' })
  repeatAfter: string?

  @description('The working time for which an acknowledged stall is silent.')
  @metadata({ default: '16:00:00' })
  acknowledgedFor: string?

  @description('How often a stay can be snoozed.')
  @metadata({ default: '3' })
  @minValue(0)
  snoozes: int?

  @description('How long the first alert waits for others.')
  @metadata({ default: '00:00:30' })
  groupWait: string?

  @description('How long after a mail the next one may go to the same recipients.')
  @metadata({ default: '00:05:00' })
  groupInterval: string?

  @description('How many leads a mail shows.')
  @metadata({ default: '20' })
  @minValue(1)
  @maxValue(50)
  maxRows: int?

  @description('How long a recovered tool must work before alerts on its leads resume.')
  @metadata({ default: '00:10:00' })
  catchUp: string?

  @description('How long the links in mails work.')
  @metadata({ default: '7.00:00:00' })
  linksValidFor: string?
}

@export()
@description('How the hub writes back to the tools.')
@sealed()
type writeBack = {
  @description('The overwrite by a tool after which the hub stops writing a property.')
  @metadata({ default: '2' })
  @minValue(1)
  maxOverwrites: int?

  @description('How long overwrites count, and how long the breaker stays open.')
  @metadata({ default: '1.00:00:00' })
  overwriteWindow: string?

  @description('How long the echo of a write is expected.')
  @metadata({ default: '1.00:00:00' })
  echoWithin: string?
}

@export()
@description('Who is notified of faults of the hub, and when.')
@sealed()
type ops = {
  @description('The addresses that are notified.')
  @minLength(1)
  recipients: string[]

  @description('When a connector that is polled counts as late.')
  @metadata({ default: '00:15:00' })
  lateAfter: string?

  @description('How many times its longest pause a webhook may be silent. 0: for ever.')
  @metadata({ default: '3' })
  silentAfter: string?
}

@export()
@description('How people are erased.')
@sealed()
type erasure = {
  @description('How long an erased lead is only hidden and can be restored. 0 destroys at once; 30 days at most.')
  @metadata({ default: '1.00:00:00' })
  grace: string?

  @description('How many erasures an hour may have. More stop the destroying until a person resumes it.')
  @metadata({ default: '100' })
  @minValue(1)
  mostAnHour: int?

  @description('The connectors whose tools are told to erase the person too, for good: HubSpot, Klaviyo, Customer.io, Mailchimp, ActiveCampaign. Left out: none, and ops get the records that a person has to erase.')
  tools: string[]?
}

@export()
@description('How many days data is kept. What is exactly that old leaves.')
@sealed()
type retention = {
  @description('How long a lead stays without a new fact. One whose last handoff is open stays longer.')
  @metadata({ default: '730' })
  @minValue(30)
  @maxValue(3660)
  leadDays: int?

  @description('How long an alert may wait to be mailed.')
  @metadata({ default: '365' })
  @minValue(7)
  @maxValue(3660)
  alertDays: int?

  @description('How long a parked delivery stays, and one that waits for a review, since its receipt. Ops are notified a week before.')
  @metadata({ default: '30' })
  @minValue(8)
  @maxValue(180)
  parkedDays: int?

  @description('How long a dead letter stays since it was queued. Ops are notified a week before.')
  @metadata({ default: '30' })
  @minValue(8)
  @maxValue(180)
  deadLetterDays: int?
}

@export()
@description('How many effects outwards an hour of the clock lets pass. The rest waits for the next hour.')
@sealed()
type outward = {
  @description('The most handoffs delivered to a connector in an hour. off: no limit.')
  @metadata({ default: '1000' })
  tasksPerHour: string?

  @description('The most values and notes written to a connector in an hour. off: no limit.')
  @metadata({ default: '10000' })
  writesPerHour: string?

  @description('The most alerts mailed in an hour. A mail that was begun is sent whole. off: no limit.')
  @metadata({ default: '2000' })
  alertsPerHour: string?
}

@export()
@description('Which addresses identify nobody.')
@sealed()
type identity = {
  @description('The addresses that several people read; * stands for any text. They join no leads and find none. Left out: the common role addresses, such as info@*.')
  @metadata({ example: 'info@*,*@lists.example.com' })
  sharedAddresses: string[]?
}

@description('The days within which a round has to go on from a stage to the next, to count as gone on.')
@sealed()
type reportsWithin = {
  @description('From awareness to interest.')
  @metadata({ default: '90' })
  @minValue(1)
  @maxValue(3660)
  awareness: int?
  @description('From interest to evaluation.')
  @metadata({ default: '90' })
  @minValue(1)
  @maxValue(3660)
  interest: int?
  @description('From evaluation to commitment.')
  @metadata({ default: '90' })
  @minValue(1)
  @maxValue(3660)
  evaluation: int?
  @description('From commitment to referral.')
  @metadata({ default: '180' })
  @minValue(1)
  @maxValue(3660)
  commitment: int?
}

@export()
@description('How figures are cut and counted. A changed setting counts for a lead with its next news, and for all leads after a recount.')
@sealed()
type reports = {
  @description('The time zone in which days, weeks and months are cut, for everybody. Left out: that of the calendar.')
  @metadata({ example: 'Europe/Berlin' })
  @minLength(1)
  timeZone: string?

  @description('What happens to the figures of an erased person: the sums of past days stay, as nobody\'s, or they are subtracted too.')
  @metadata({ default: 'keep' })
  whenErased: ('keep' | 'subtract')?

  @description('The days within which a round has to go on.')
  within: reportsWithin?
}

@description('Content that a brief suggests to show.')
@sealed()
type contentItem = {
  @description('The title.')
  @minLength(1)
  title: string

  @description('The address.')
  @minLength(9)
  url: string

  @description('The audience of the content.')
  style: 'tactical' | 'visionary'

  @description('The stages that it suits. Left out: all.')
  stages: stage[]?

  @description('The segment that it suits. Left out: all.')
  segment: string?
}

@export()
@description('Content that briefs suggest, by name.')
type content = {
  @description('A piece of content.')
  *: contentItem
}

@export()
@description('Campaigns of a name, and how they reach people.')
@sealed()
type campaign = {
  @description('The name. A star at the end stands for any ending.')
  @minLength(1)
  name: string

  @description('How the campaigns reach people.')
  channel: 'pr' | 'paid' | 'digital' | 'promotions' | 'philanthropy'
}
