import { at, isTree, parseTree, textAt } from '../json-tree.ts'
import type { CloudFacts } from '../other-facts.ts'
import type { CloudProvider } from './provider-hint.ts'

/** of one value that a metadata service tells */
const charsMax = 128

type Metadata = Omit<CloudFacts, 'provider' | 'pricePerHour'>

/** AWS: the instance's identity document, and its life cycle ('spot' or 'on-demand'). */
export function parseAws(document: string, lifeCycle: string): CloudFacts | undefined {
  const tree = parseTree(document)
  return facts('aws', tree, {
    region: textAt(tree, 'region'),
    zone: textAt(tree, 'availabilityZone'),
    instanceType: textAt(tree, 'instanceType'),
    instanceId: textAt(tree, 'instanceId'),
    spot: lifeCycle === '' ? undefined : lifeCycle.trim() === 'spot',
  })
}

/** GCP: `instance/?recursive=true`; zone and type come as 'projects/123/zones/europe-west1-b'. */
export function parseGcp(text: string): CloudFacts | undefined {
  const tree = parseTree(text)
  const zone = lastPart(textAt(tree, 'zone'))
  const preemptible = textAt(tree, 'scheduling', 'preemptible')
  return facts('gcp', tree, {
    region: zone?.replace(/-[a-z]$/, ''),
    zone,
    instanceType: lastPart(textAt(tree, 'machineType')),
    // The number itself is larger than JSON's numbers are exact: the name is as good within a project.
    instanceId: textAt(tree, 'name'),
    spot: preemptible === undefined ? undefined : preemptible === 'TRUE',
  })
}

/** Azure: `/metadata/instance`. Zones are numbers within a region: '2' is told as 'westeurope-2'. */
export function parseAzure(text: string): CloudFacts | undefined {
  const tree = parseTree(text)
  const compute = at(tree, 'compute')
  const region = textAt(compute, 'location')
  const zone = textAt(compute, 'zone')
  const priority = textAt(compute, 'priority')
  return facts('azure', compute, {
    region,
    zone: zone ? `${region}-${zone}` : undefined,
    instanceType: textAt(compute, 'vmSize'),
    instanceId: textAt(compute, 'vmId'),
    spot: priority === undefined ? undefined : /^(spot|low)$/i.test(priority),
  })
}

function facts(provider: CloudProvider, tree: unknown, told: Metadata): CloudFacts | undefined {
  if (!isTree(tree)) return undefined
  const { region, zone, instanceType, instanceId, spot } = told
  return {
    provider,
    region: bounded(region),
    zone: bounded(zone),
    instanceType: bounded(instanceType),
    instanceId: bounded(instanceId),
    spot,
    pricePerHour: undefined,
  }
}

const lastPart = (text: string | undefined): string | undefined => text?.split('/').at(-1)

function bounded(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text.slice(0, charsMax)
}
