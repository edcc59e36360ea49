import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Declared, parseDeclaration } from '@souk/inventory'
import { fileTrouble, messageOf, usageError } from './cli-error.ts'

/** longer than any that fits into its bounds */
const fileCharsMax = 4 * 1024 * 1024

/** Everything that such a file can hold. */
export const inventoryFileExample = `  {
    "reserve":     { "cpu": "500m", "memory": "2G", "disk": "20G" },
    "cloud":       { "provider": "hetzner", "region": "fsn1", "zone": "fsn1-dc14",
                     "instanceType": "ccx33", "pricePerHour": 0.12 },
    "gpus":        [{ "model": "n150", "vendor": "Tenstorrent", "memory": "12G",
                      "count": 2, "numa": 0 }],
    "specialised": [{ "type": "licence", "name": "matlab", "count": 2 },
                    { "type": "device", "name": "microscope", "path": "/dev/ttyUSB0" },
                    { "type": "model", "name": "llama-3-8b", "path": "/models/llama" }],
    "data":        [{ "name": "genomes", "path": "/data/genomes" }],
    "software":    [{ "name": "blender", "version": "4.2", "path": "/opt/blender/blender" }],
    "people":      [{ "name": "Ann", "skills": ["labelling"], "hours": ["mon-fri 09:00-17:00"],
                      "timeZone": "Europe/Berlin", "tasksMax": 2 }]
  }`

/** What the file of --inventory says; undefined without one. Every problem names the file, and the place in it. */
export function readInventoryFile(file: string | undefined, cwd: string): Declared | undefined {
  if (file === undefined) return undefined
  const path = resolve(cwd, file)
  const next = 'souk help inventory   shows what such a file holds'
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw usageError(`--inventory: ${path} cannot be read: ${fileTrouble(cause)}`, next)
  }
  if (text.length > fileCharsMax) throw usageError(`--inventory: ${path} is over ${fileCharsMax} characters long`, next)
  try {
    return parseDeclaration(text)
  } catch (cause) {
    throw usageError(`--inventory: ${path}: ${messageOf(cause)}`, next)
  }
}
