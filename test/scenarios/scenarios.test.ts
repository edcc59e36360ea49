import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { play } from './script.ts'

const mark = '\n---\n'
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'))

describe('a scenario', () => {
  test.each(files)('%s happens as it is written', (file) => {
    const full = path.join(import.meta.dirname, file)
    const [script = '', expected = ''] = readFileSync(full, 'utf8').split(mark)
    const transcript = play(script)
    if (process.env.UPDATE_SCENARIOS === '1') writeFileSync(full, `${script.trimEnd()}${mark}${transcript}`)
    else expect(transcript).toBe(expected)
  })

  test('names the line that it does not understand', () => {
    expect(() => play('hosts p0:1\n\nsubmit p0 # one\nsubmitt p0\n')).toThrow('line 4: submitt p0: no such command')
    expect(() => play('hosts p0:1\nshow pong')).toThrow('line 2: show pong: pong is no message')
    expect(() => play('hosts p0:1\nkill p9')).toThrow('line 2: kill p9: there is no host p9')
  })
})
