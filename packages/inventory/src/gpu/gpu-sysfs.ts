import { type HostFiles, readAmount, readWord } from '../host-files.ts'
import type { FoundGpu } from './found-gpu.ts'

const root = '/sys/class/drm'
/** PCI vendors whose devices can compute; NVIDIA's tell nothing here. */
const vendors: Record<string, string> = { '0x1002': 'AMD', '0x8086': 'Intel' }

/**
 * AMD and Intel devices that the kernel drives (amdgpu, i915, xe), for hosts without the vendor's tools. One without
 * memory of its own is part of the processor.
 */
export function gpusOfKernel(files: HostFiles): FoundGpu[] {
  return files
    .list(root)
    .filter((name) => /^card\d+$/.test(name))
    .flatMap((name) => {
      const folder = `${root}/${name}/device`
      const vendor = vendors[readWord(files, `${folder}/vendor`) ?? '']
      if (vendor === undefined) return []
      const memoryBytes =
        readAmount(files, `${folder}/mem_info_vram_total`) ?? readAmount(files, `${root}/${name}/lmem_total_bytes`) ?? 0
      const pciAddress = files.target(folder)
      const device = readWord(files, `${folder}/device`) ?? 'unknown'
      const model = readWord(files, `${folder}/product_name`) ?? `${vendor} device ${device}`
      const facts = {
        vendor,
        model,
        memoryBytes,
        memoryUsedBytes: readAmount(files, `${folder}/mem_info_vram_used`),
        integrated: memoryBytes < ownMemoryBytesMin,
        computeUnits: undefined,
        driver: files.target(`${folder}/driver`),
        api: undefined,
        utilisationPercent: readAmount(files, `${folder}/gpu_busy_percent`),
        pciAddress,
        processes: [],
      }
      const serial = readWord(files, `${folder}/unique_id`)
      return [{ key: `${vendor.toLowerCase()}-${serial ?? pciAddress ?? name}`, trouble: undefined, facts }]
    })
}

/** What a processor's own graphics takes of main memory is told as its memory, and is less than this (a guess). */
const ownMemoryBytesMin = 2 ** 31
