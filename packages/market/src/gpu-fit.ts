import type { GpuRequest, Shortage } from '@souk/kernel'
import type { Offer, Refusal } from '@souk/wire'
import { never } from './refusal.ts'
import { bytesText } from './shortfall-need.ts'

/** What a host's devices lack for a request, for people; undefined where it is not the devices that are short. */
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

/** '12.9 GB < 20 GB': decimal, as requests are written, and exact where that would look alike. */
function memoryText(available: number, needed: number): string {
  if (available === 0) return `not known, ${bytesText(needed)} needed`
  const [there, asked] = [bytesText(available), bytesText(needed)]
  return there === asked ? `${available} < ${needed} bytes` : `${there} < ${asked}`
}
