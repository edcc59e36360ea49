/** Type-checks every package and free folder, a few at a time; prints what fails and exits 1. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { subEntries } from './layers.ts'

const root = path.resolve(import.meta.dirname, '../..')
const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
/** Each tsc is parallel itself and takes about 200 MB. */
const atOnceMax = 2

const named = process.argv.slice(2)
const packages = readdirSync(path.join(root, 'packages')).flatMap((name) => [
  `packages/${name}`,
  ...(subEntries[name] ?? []).map((entry) => `packages/${name}/src/${entry}`),
])
const projects = (named.length > 0 ? named : [...packages, 'node', 'examples', 'test']).filter((dir) =>
  existsSync(path.join(root, dir, 'tsconfig.json')),
)

function check(dir: string): Promise<{ passed: boolean; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsc, '-p', dir, '--noEmit', '--pretty', 'false'], { cwd: root })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', reject)
    child.on('close', (code) => resolve({ passed: code === 0, output }))
  })
}

const waiting = [...projects]
const failed: string[] = []

async function work(): Promise<void> {
  for (let dir = waiting.shift(); dir !== undefined; dir = waiting.shift()) {
    const { passed, output } = await check(dir)
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${dir}`)
    if (passed) continue
    failed.push(dir)
    console.log(output.trimEnd())
  }
}

await Promise.all(Array.from({ length: atOnceMax }, work))
console.log(
  failed.length === 0
    ? `${projects.length} projects type-check`
    : `${failed.length} of ${projects.length} do not type-check: ${failed.join(', ')}`,
)
process.exitCode = failed.length === 0 ? 0 : 1
