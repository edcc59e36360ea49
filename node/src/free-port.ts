import { createServer } from 'node:net'
import { CliError, codeOf, messageOf } from './cli-error.ts'

/** True when this process could listen there now. */
function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE' || codeOf(error) === 'EACCES') resolve(false)
      else
        reject(new CliError(`cannot listen on ${host}: ${messageOf(error)}`, { next: 'souk up --listen ADDRESS:PORT' }))
    })
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** The first port from `from` on that is free on `host`, among `span`. */
export async function firstFreePort(host: string, from: number, span: number): Promise<number> {
  for (let port = from; port < from + span; port++) if (await canListen(host, port)) return port
  throw new CliError(`no port from ${from} to ${from + span - 1} is free on ${host}`, {
    next: 'name one yourself: souk up --listen ADDRESS:PORT --api-port PORT',
  })
}

/** The port that was asked for, when it is free; `flag` is named when it is not. */
export async function askedPort(flag: string, host: string, port: number): Promise<number> {
  if (port === 0 || (await canListen(host, port))) return port
  throw new CliError(`${flag}: port ${port} on ${host} is in use, or not allowed to this user`, {
    next: `leave ${flag} out (the next free port is taken), or name another`,
  })
}
