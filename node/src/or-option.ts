import { apiLimits, type Request } from '@souk/client'
import { parseBytes, parseCount, parseMilli, parsePairs } from './amounts.ts'
import { usageError } from './cli-error.ts'

/** What will do instead, one text each: 'cpu=16,mem=8G'; names that are no resource of every host are declared ones. */
export function parseAlternatives(texts: readonly string[]): Request[] {
  if (texts.length > apiLimits.alternativesMax) {
    throw usageError(`--or: ${texts.length} alternatives; at most ${apiLimits.alternativesMax} can be given`)
  }
  return texts.map(parseAlternative)
}

function parseAlternative(text: string): Request {
  const request: Request = {}
  for (const [name, value] of Object.entries(parsePairs('--or', [text], true))) {
    if (name === 'cpu') request.cpu = parseMilli('--or cpu', value) / 1000
    else if (name === 'gpu') request.gpu = parseMilli('--or gpu', value) / 1000
    else if (name === 'mem' || name === 'memory') request.memory = parseBytes(`--or ${name}`, value)
    else if (name === 'disk') request.disk = parseBytes('--or disk', value)
    else request.custom = { ...request.custom, [name]: parseCount(`--or ${name}`, value, 1, 2 ** 31) }
  }
  return request
}
