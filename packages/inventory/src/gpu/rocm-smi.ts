import { isTree, parseTree, textAt } from '../json-tree.ts'
import { type FoundGpu, known, numberIn, pciAddressOf } from './found-gpu.ts'

/** What rocm-smi (ROCm 4 to 6, where there is no amd-smi) is asked. */
export const rocmQuestion = [
  '--showproductname',
  '--showuniqueid',
  '--showbus',
  '--showmeminfo',
  'vram',
  '--showuse',
  '--showdriverversion',
  '--showpids',
  '--json',
]

/** AMD devices in the order of rocm-smi. Which process uses which device it does not tell. */
export function parseRocmSmi(text: string): FoundGpu[] {
  const answer = parseTree(text)
  if (!isTree(answer)) return []
  const driver = known(textAt(answer, 'system', 'Driver version'))
  return Object.keys(answer)
    .filter((name) => /^card\d+$/.test(name))
    .sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)))
    .flatMap((name) => {
      const card = answer[name]
      const field = (...names: string[]) => names.map((each) => known(textAt(card, each))).find((f) => f !== undefined)
      const pciAddress = pciAddressOf(field('PCI Bus') ?? '')
      const model = field('Card Series', 'Card series', 'Card Model', 'Card model')
      if (model === undefined) return []
      const facts = {
        vendor: 'AMD',
        model,
        memoryBytes: numberIn(field('VRAM Total Memory (B)')) ?? 0,
        memoryUsedBytes: numberIn(field('VRAM Total Used Memory (B)')),
        integrated: false,
        computeUnits: undefined,
        driver,
        api: 'ROCm',
        utilisationPercent: numberIn(field('GPU use (%)')),
        pciAddress,
        processes: [],
      }
      return [{ key: `amd-${field('Unique ID') ?? pciAddress ?? name}`, trouble: undefined, facts }]
    })
}
