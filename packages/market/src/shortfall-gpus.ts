import { emptyRequest, type GpuRequest, type Shortage, shortage } from '@souk/kernel'
import { bytesText, bytesTexts, count, type KnownHost, listText, type Need, nameOf } from './shortfall-need.ts'

/** Needs for a kind of GPU: none if any kind will do, or if no host has as many GPUs of any kind, which says it all. */
export function gpuKindNeeds(
  { count: needed, milli, models = [], memoryBytes = 0 }: GpuRequest,
  hosts: readonly KnownHost[],
): Need[] {
  const lacks = (gpu: GpuRequest) => (host: KnownHost) => shortageOf(host, gpu)
  const enough = { count: needed, milli }
  if (needed === 0 || !hosts.some((host) => !lacks(enough)(host))) return []
  const needs: Need[] = []
  const ofModel = { ...enough, models }
  const haveModel = hosts.filter((host) => !lacks(ofModel)(host))
  const devices = `${count(needed, 'GPU')}${models.length === 0 ? '' : ` of model ${models.join(' or ')}`}`
  if (models.length > 0)
    needs.push({ what: devices, had: haveModel, lack: () => `needs ${devices}; ${modelsSeen(hosts)}` })
  if (memoryBytes > 0 && haveModel.length > 0) {
    const all = lacks({ ...ofModel, memoryBytes })
    const whatOf = (memory: string) => `${devices} with ${memory}${needed > 1 ? ' each' : ''}`
    const lack = () => {
      const { bytes, host } = mostMemory(haveModel, all)
      const [asked, most] = bytesTexts(memoryBytes, bytes)
      const there = bytes === 0 ? 'of no host their memory is known' : `the most there is has ${most}: ${nameOf(host)}`
      return `needs ${whatOf(asked)}; ${there}`
    }
    needs.push({ what: whatOf(bytesText(memoryBytes)), had: hosts.filter((host) => !all(host)), lack })
  }
  return needs
}

function shortageOf({ offer }: KnownHost, gpu: GpuRequest): Shortage | undefined {
  return shortage(offer.capacity, { ...emptyRequest(), slots: 0, gpu }, offer.gpus)
}

function modelsSeen(hosts: readonly KnownHost[]): string {
  const seen = hosts.flatMap((host) => {
    const kinds = (host.offer.gpus ?? []).map((group) => `${group.count} ${group.model}`)
    return kinds.length === 0 ? [] : [`${kinds.join(' and ')} (${nameOf(host)})`]
  })
  return seen.length === 0 ? 'of no host the models are known' : `there are ${listText(seen)}`
}

function mostMemory(hosts: readonly KnownHost[], lacks: (host: KnownHost) => Shortage | undefined) {
  const memories = hosts.map((host) => ({ host, bytes: lacks(host)?.available ?? 0 }))
  return memories.reduce((a, b) => (b.bytes > a.bytes ? b : a))
}
