import { limits } from '@souk/wire'
import { entriesOf, type Inventory } from './inventory.ts'
import { InventoryError } from './inventory-error.ts'

/**
 * What every host carries (host, os, arch), where it stands (zone, region, cloud, instance, spot), and the models and
 * data that it holds (`model.NAME=yes`, `data.NAME=yes`); `labels` are added and win. By `zone` custody also tells what
 * fails together. Throws `offer-invalid`.
 */
export function offerLabels(
  inventory: Inventory,
  { name, labels: given }: { name?: string; labels?: Record<string, string> },
): Record<string, string> {
  const { os } = inventory.host
  const labels = {
    host: name ?? inventory.host.name,
    os: os.platform,
    arch: os.architecture,
    ...placeLabels(inventory),
    ...heldLabels(inventory),
    ...given,
  }
  checkLabels(labels)
  return labels
}

function placeLabels(inventory: Inventory): Record<string, string> {
  const facts = entriesOf(inventory, 'cloud')[0]?.facts
  if (facts === undefined) return {}
  const { zone, region, provider, instanceType, spot } = facts
  const told = { zone, region, cloud: provider, instance: instanceType, spot: spot === true ? 'yes' : undefined }
  return Object.fromEntries(
    Object.entries(told).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function heldLabels(inventory: Inventory): Record<string, string> {
  const labels: Record<string, string> = {}
  for (const { name, facts, availability } of entriesOf(inventory, 'specialised')) {
    const isHeld = facts.type === 'model' || facts.type === 'data'
    if (isHeld && availability.state === 'available') labels[`${facts.type}.${name}`] = 'yes'
  }
  return labels
}

function checkLabels(labels: Record<string, string>): void {
  const names = Object.keys(labels)
  if (names.length > limits.labelsMax) {
    throw new InventoryError(
      'offer-invalid',
      `a host carries at most ${limits.labelsMax} labels, those of the host itself included; here are ${names.length}`,
    )
  }
  for (const [name, value] of Object.entries(labels)) {
    if (name === '' || name.length > limits.nameCharsMax || value.length > limits.nameCharsMax) {
      throw new InventoryError(
        'offer-invalid',
        `the label '${name.slice(0, 40)}' is empty or over ${limits.nameCharsMax} characters`,
      )
    }
  }
}
