import type { GpuRequest, Shortage } from '@souk/kernel'
import type { Offer, Refusal } from '@souk/wire'

/** What a host's devices lack for a request, for people; undefined where it is not the devices that are short. */
export function gpuRefusal(
  { resource, available, needed }: Shortage,
  gpu: GpuRequest,
  offer: Offer,
): Refusal | undefined {
  const never = (code: Refusal['code'], detail: string): Refusal => ({
    code,
    never: true,
    detail: detail.slice(0, 250),
  })
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
  if (available === 0) return `not known, ${gigabytes(needed)} needed`
  const [there, asked] = [gigabytes(available), gigabytes(needed)]
  return there === asked ? `${available} < ${needed} bytes` : `${there} < ${asked}`
}

const gigabytes = (bytes: number): string => `${Math.round(bytes / 1e8) / 10} GB`
