// A further vendor is one file beside this one, and its type in the union below.
import { accountEngagement } from 'accountengagement.bicep'
import { activeCampaign } from 'activecampaign.bicep'
import { customerIo } from 'customerio.bicep'
import { dynamics } from 'dynamics.bicep'
import { generic } from 'generic.bicep'
import { hubSpot } from 'hubspot.bicep'
import { klaviyo } from 'klaviyo.bicep'
import { mailchimp } from 'mailchimp.bicep'
import { marketo } from 'marketo.bicep'
import { mautic } from 'mautic.bicep'
import { pipedrive } from 'pipedrive.bicep'
import { salesforce } from 'salesforce.bicep'

@export()
@description('A tool that the hub works with. The property type chooses the vendor.')
@discriminator('type')
type connector =
  | hubSpot
  | klaviyo
  | customerIo
  | mailchimp
  | mautic
  | marketo
  | activeCampaign
  | accountEngagement
  | salesforce
  | pipedrive
  | dynamics
  | generic

@export()
@description('The connectors by the name of each: the name is a part of the address that the vendor calls.')
type connectors = {
  @description('A connector.')
  *: connector
}
