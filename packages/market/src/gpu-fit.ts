import type { GpuRequest, Shortage } from '@souk/kernel'
import type { Offer, Refusal } from '@souk/wire'
import { never } from './refusal.ts'
import { bytesText, bytesTexts } from './shortfall-need.ts'

/** In words what a host's GPUs lack for a request; undefined: the shortage is not of GPU model or memory. */
export function gpuRefusal(
  { resource, available, needed }: Shortage,
  gpu: GpuRequest,
  offer: Offer,
): Refusal | undefined {
  if (resource === 'gpuMemoryBytes') {
    return never('too-large', `GPU memory ${memoryText(available, needed)}`)
  }
  if (resource === 'gpuModel') {
    const has = (offer.gpus ?? []).map(({ model, count }) => `${count} ${model}`).join(', ')
    const asked = `${needed} of ${(gpu.models ?? []).join(' or ')}`
    return never('gpu-model-missing', `${asked}; it has ${has || 'devices of unknown model'}`)
  }
  return undefined
}

function memoryText(available: number, needed: number): string {
  return available === 0 ? `not known, ${bytesText(needed)} needed` : bytesTexts(available, needed).join(' < ')
}
