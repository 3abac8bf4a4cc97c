// Pure functions from the parameters to app settings. A property keeps its name: pascalCase makes the setting of it.
import * as types from 'types.bicep'
import { connectors } from 'connectors/connector.bicep'
import { settings as hubSettings } from 'hub.types.bicep'

func pascalCase(name string) string => '${toUpper(take(name, 1))}${skip(name, 1)}'

func isName(name string) bool =>
  length(filter(range(0, length(name)), at => !contains('abcdefghijklmnopqrstuvwxyz0123456789', toLower(substring(name, at, 1))))) == 0

@description('The simple values of an object as settings: a list is joined by commas.')
func values(prefix string, from object, nested string[]) object =>
  toObject(
    filter(items(from), entry => entry.?value != null && !contains(nested, entry.key)),
    entry => '${prefix}__${pascalCase(entry.key)}',
    entry => join(map(array(entry.value), value => string(value)), ',')
  )

@export()
@description('A secret of the Key Vault as the value of a setting.')
func reference(vault string, secret string) string => '@Microsoft.KeyVault(VaultName=${vault};SecretName=${secret})'

func secrets(name string, from object, vault string) object =>
  toObject(
    filter(items(from), entry => entry.?value != null),
    entry => 'Connectors__${name}__${pascalCase(entry.key)}',
    entry => reference(vault, entry.value)
  )

func without(from object, names string[]) object =>
  toObject(filter(items(from), entry => entry.?value != null && !contains(names, entry.key)), entry => entry.key, entry => entry.value)

@description('A connector: one JSON object without secrets, and a setting of its own for each secret.')
func connectorSettings(name string, it object, vault string) object =>
  shallowMerge([
    {
      'Connectors__${name}': string(union(without(it, ['secrets', 'signIn']), without(it.?signIn ?? {}, ['kind', 'secrets'])))
    }
    secrets(name, it.?secrets ?? {}, vault)
    secrets(name, it.?signIn.?secrets ?? {}, vault)
  ])

func stageSettings(prefix string, stage object) object =>
  shallowMerge(concat(
    [values(prefix, stage, ['segments'])],
    map(items(stage.?segments ?? {}), segment => values('${prefix}__Segments__${segment.key}', segment.value, []))
  ))

@export()
@description('The funnel and its calendar as settings.')
func funnelSettings(funnel types.funnel, calendar types.calendar) object =>
  shallowMerge(concat(
    [
      values('Funnel', funnel, ['stages'])
      values('Funnel__Calendar', calendar, [])
    ],
    map(
      filter(items(funnel.?stages ?? {}), stage => stage.?value != null),
      stage => stageSettings('Funnel__Stages__${stage.key}', stage.value)
    )
  ))

@export()
@description('The teams as settings.')
func teamSettings(teams types.teams) object =>
  shallowMerge(flatten(map(items(teams), team => [
    values('Teams__${team.key}', team.value, ['calendar'])
    values('Teams__${team.key}__Calendar', team.value.?calendar ?? {}, [])
  ])))

@export()
@description('The people who get handoffs as settings.')
func ownerSettings(owners types.owners) object =>
  shallowMerge(flatten(map(items(owners), owner => [
    values('Owners__${owner.key}', owner.value, ['id', 'calendar'])
    toObject(items(owner.value.id), id => 'Owners__${owner.key}__Id__${id.key}', id => id.value)
    values('Owners__${owner.key}__Calendar', owner.value.?calendar ?? {}, [])
  ])))

@export()
@description('The routing of handoffs as settings. Routes are numbered from 1.')
func routingSettings(routing types.routing) object =>
  shallowMerge(flatten(map(
    items(routing),
    team =>
      concat(
        [values('Handoffs__${team.key}', team.value, ['routes'])],
        map(team.value.?routes ?? [], (route, index) => values('Handoffs__${team.key}__Routes__${index + 1}', route, []))
      )
  )))

@export()
@description('Content and campaigns as settings. Campaigns are numbered from 1.')
func contentSettings(content types.content, campaigns types.campaign[]) object =>
  shallowMerge(concat(map(items(content), item => values('Content__${item.key}', item.value, [])), map(campaigns, (campaign, index) => values('Campaigns__${index + 1}', campaign, []))))

@export()
@description('The reports as settings.')
func reportSettings(reports types.reports) object =>
  shallowMerge([values('Reports', reports, ['within']), values('Reports__Within', reports.?within ?? {}, [])])

@export()
@description('The connectors as settings. A secret becomes a reference to the Key Vault.')
func connectorsSettings(connectors connectors, vault string) object =>
  shallowMerge(map(items(connectors), connector => connectorSettings(connector.key, connector.value, vault)))

@export()
@description('The keys of machines as settings.')
func keySettings(keys object, vault string) object =>
  shallowMerge(map(items(keys), key => {
    'Hub__Keys__${key.key}__Key': reference(vault, key.value.secret)
    'Hub__Keys__${key.key}__Roles': join(key.value.roles, ',')
  }))

@export()
@description('A section of simple values as settings.')
func sectionSettings(section string, from object) object => values(section, from, [])

func badNames(what string, names string[]) string[] =>
  map(
    filter(names, name => !isName(name)),
    name => '${what}: the name "${name}" must be letters and digits only, for example ${what == 'connectors' ? 'hubspot' : 'north'}.'
  )

func unknown(what string, names string[], known string[], whatKnown string) string[] =>
  map(
    filter(names, name => !contains(map(known, one => toLower(one)), toLower(name))),
    name => '${what}: "${name}" must be one of the ${whatKnown}: ${join(known, ', ')}.'
  )

func routeFaults(team string, number int, it object, owners string[], connectors string[]) string[] =>
  concat(
    (it.?owner == null) == (it.?roundRobin == null)
      ? ['routing.${team}.routes[${number}]: must have either an owner or a roundRobin, for example owner: \'ada\'.']
      : [],
    unknown('routing.${team}.routes[${number}].owner', it.?owner == null ? [] : [it.owner], owners, 'owners'),
    unknown('routing.${team}.routes[${number}].roundRobin', it.?roundRobin ?? [], owners, 'owners'),
    unknown('routing.${team}.routes[${number}].connector', it.?connector == null ? [] : [it.connector], connectors, 'connectors')
  )

func teamRoutingFaults(team string, it object, owners string[], connectors string[]) string[] =>
  concat(
    (it.?routes == null) != (it.?fallback == null)
      ? ['routing.${team}.fallback: must stand beside routes, and routes beside it, for example fallback: \'ada\'.']
      : [],
    unknown('routing.${team}.fallback', it.?fallback == null ? [] : [it.fallback], owners, 'owners'),
    unknown('routing.${team}.connector', it.?connector == null ? [] : [it.connector], connectors, 'connectors'),
    flatten(map(it.?routes ?? [], (route, index) => routeFaults(team, index, route, owners, connectors)))
  )

func sameNames(what string, names string[]) string[] => length(union(map(names, name => toLower(name)), [])) == length(names) ? [] : ['${what}: must have names that differ by more than capital letters, for example ${what == 'owners' ? 'ada and grace' : 'north and south'}.']

func isSecretName(name string) bool =>
  length(filter(range(0, length(name)), at => !contains('abcdefghijklmnopqrstuvwxyz0123456789-', toLower(substring(name, at, 1))))) == 0

func secretFaults(path string, secrets object) string[] =>
  map(
    filter(items(secrets), it => it.?value != null && !isSecretName(it.value)),
    it => '${path}.${it.key}: must be the name of a secret in the Key Vault, of letters, digits and -, for example hubspot-client-secret.'
  )

func connectorFaults(name string, it object) string[] =>
  concat(
    secretFaults('connectors.${name}.secrets', it.?secrets ?? {}),
    secretFaults('connectors.${name}.signIn.secrets', it.?signIn.?secrets ?? {})
  )

@export()
@description('Names of resources begin with the name of the environment.')
func environmentFaults(name string) string[] => isName(name) ? [] : ['environmentName: must be letters and digits only, for example test.']

@export()
@description('What is wrong across parameters, a sentence each.')
func faults(
  connectors connectors,
  funnel types.funnel,
  teams types.teams,
  owners types.owners,
  routing types.routing,
  content types.content
) string[] =>
  concat(
    badNames('connectors', objectKeys(connectors)),
    badNames('teams', objectKeys(teams)),
    badNames('owners', objectKeys(owners)),
    badNames('routing', objectKeys(routing)),
    badNames('content', objectKeys(content)),
    sameNames('connectors', objectKeys(connectors)),
    sameNames('teams', objectKeys(teams)),
    sameNames('owners', objectKeys(owners)),
    flatten(map(items(connectors), it => connectorFaults(it.key, it.value))),
    flatten(map(
      filter(items(funnel.?stages ?? {}), it => it.?value != null),
      it => unknown('funnel.stages.${it.key}.owner', it.value.?owner == null ? [] : [it.value.owner], objectKeys(teams), 'teams')
    )),
    unknown('funnel.systemOfRecord', funnel.?systemOfRecord == null ? [] : [funnel!.systemOfRecord!], objectKeys(connectors), 'connectors'),
    flatten(map(items(owners), it => unknown('owners.${it.key}.id', objectKeys(it.value.id), objectKeys(connectors), 'connectors'))),
    flatten(map(items(routing), it => teamRoutingFaults(it.key, it.value, objectKeys(owners), objectKeys(connectors))))
  )

@export()
@description('A further setting that looks like a secret must be a reference.')
func extraFaults(extra object) string[] =>
  map(
    filter(
      items(extra),
      it =>
        length(filter(
          ['secret', 'secrets', 'token', 'key', 'peppers', 'password', 'connectionstring'],
          word => endsWith(toLower(it.key), word)
        )) > 0 && !startsWith(it.value, '@Microsoft.KeyVault(')
    ),
    it =>
      'platform.extraSettings.${it.key}: must be a reference to the Key Vault, for example @Microsoft.KeyVault(VaultName=kv-hub;SecretName=link-key).'
  )

@export()
@description('A network of its own needs the tier that has one, and what goes to people and vendors is encrypted.')
func platformFaults(platform hubSettings) string[] =>
  concat(
    platform.?network == 'private' && platform.?busTier != 'Premium'
      ? ['platform.network: must be public with the tier Standard, or stand beside busTier: \'Premium\', for example network: \'public\'.']
      : [],
    startsWith(toLower(platform.?publicUrl ?? 'https://'), 'https://')
      ? []
      : ['platform.publicUrl: must be an https address, for example https://hub.example.com.'],
    flatten(map(items(platform.?keys ?? {}), it => secretFaults('platform.keys.${it.key}', { secret: it.value.secret }))),
    badNames('platform.keys', objectKeys(platform.?keys ?? {}))
  )
