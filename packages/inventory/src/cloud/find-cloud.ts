import { available, type EntryOf } from '../entry.ts'
import type { Found, Relation } from '../inventory.ts'
import type { CloudFacts } from '../other-facts.ts'
import type { Probe } from '../probe.ts'
import { answerMsMax, askMetadata } from './metadata-service.ts'
import { providerHint } from './provider-hint.ts'

/** Where this machine stands; what is declared wins, and where all of it is, or it is another's machine, nobody is asked. */
export async function findCloud(
  probe: Probe,
  declared: Partial<CloudFacts> | undefined,
  ask: typeof askMetadata = askMetadata,
): Promise<Found> {
  const hint = providerHint(probe.files)
  const isAsked = (declared?.provider ?? hint) === hint && !isWhole(declared)
  const provider = isAsked ? hint : undefined
  const told = provider && (await ask(provider, probe.signal))
  if (provider === undefined && declared === undefined) return { entries: [], relations: [] }
  const facts: CloudFacts = {
    provider: declared?.provider ?? provider ?? 'here',
    region: declared?.region ?? told?.region,
    zone: declared?.zone ?? told?.zone,
    instanceType: declared?.instanceType ?? told?.instanceType,
    instanceId: declared?.instanceId ?? told?.instanceId,
    spot: declared?.spot ?? told?.spot,
    pricePerHour: declared?.pricePerHour,
  }
  const isSilent = provider !== undefined && told === undefined
  const entry: EntryOf<'cloud'> = {
    id: `cloud/${facts.provider}`,
    kind: 'cloud',
    name: facts.instanceType ?? facts.provider,
    seenAt: probe.seenAt,
    availability: isSilent
      ? { state: 'unknown', reason: `the metadata service of ${provider} did not answer within ${answerMsMax} ms` }
      : available,
    declared: declared !== undefined,
    facts,
  }
  return { entries: [entry], relations: places(probe.host, facts) }
}

/** A metadata service could tell no more. */
function isWhole({ region, zone, instanceType, instanceId, spot }: Partial<CloudFacts> = {}): boolean {
  return [region, zone, instanceType, instanceId, spot].every((fact) => fact !== undefined)
}

/** host in zone in region; host in region where no zone is known */
function places(host: string, { zone, region }: CloudFacts): Relation[] {
  const relations: Relation[] = []
  if (zone !== undefined) relations.push({ from: host, relation: 'in', to: `zone/${zone}` })
  if (region !== undefined) {
    relations.push({ from: zone === undefined ? host : `zone/${zone}`, relation: 'in', to: `region/${region}` })
  }
  return relations
}
