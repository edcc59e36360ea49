import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '../cli-error.ts'
import { type ApiFile, type DataFolder, isRunning, readJson } from '../data-folder.ts'
import { nodeProblem } from '../node-version.ts'
import { bytesText } from '../print/amount-text.ts'

/** One thing that was looked at. */
export interface Check {
  name: string
  level: 'ok' | 'warn' | 'fail'
  seen: string
  /** what to do about it */
  next?: string
}

/** Below this much free space the store may not be able to keep what it accepts. */
const freeBytesMin = 1e9

/** What can be seen of this host without a running peer. */
export function localChecks(folder: DataFolder, nodeVersion: string): Check[] {
  return [checkNode(nodeVersion), checkFolder(folder), checkDisk(folder), checkMesh(folder), checkPeer(folder)]
}

function checkNode(version: string): Check {
  const problem = nodeProblem(version)
  if (problem === '') return { name: 'node', level: 'ok', seen: `Node ${version}` }
  return { name: 'node', level: 'fail', seen: `Node ${version} is too old`, next: 'install Node 22.12 or newer' }
}

function checkFolder(folder: DataFolder): Check {
  const name = 'data folder'
  if (!existsSync(folder.path))
    return { name, level: 'warn', seen: `${folder.path} does not exist yet`, next: `souk up${folder.words}` }
  try {
    accessSync(folder.path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    return { name, level: 'fail', seen: messageOf(error), next: `make ${folder.path} yours, or use --data FOLDER` }
  }
  const mode = statSync(folder.path).mode & 0o077
  if (mode !== 0) {
    return { name, level: 'warn', seen: `${folder.path} can be read by others`, next: `chmod 700 ${folder.path}` }
  }
  return { name, level: 'ok', seen: folder.path }
}

function checkDisk(folder: DataFolder): Check {
  let path = folder.path
  while (!existsSync(path)) path = dirname(path)
  const { bavail, bsize } = statfsSync(path)
  const free = bavail * bsize
  if (free >= freeBytesMin) return { name: 'disk', level: 'ok', seen: `${bytesText(free)} free` }
  const next = 'make room, or use --data on another disk'
  return {
    name: 'disk',
    level: free > freeBytesMin / 10 ? 'warn' : 'fail',
    seen: `only ${bytesText(free)} free for ${path}`,
    next,
  }
}

function checkMesh(folder: DataFolder): Check {
  const name = 'mesh'
  if (!existsSync(folder.mesh)) {
    return {
      name,
      level: 'warn',
      seen: 'no mesh was made or joined here yet',
      next: `souk up${folder.words}, or souk join LINE${folder.words}`,
    }
  }
  if ((statSync(folder.mesh).mode & 0o077) !== 0) {
    return {
      name,
      level: 'fail',
      seen: `${folder.mesh} holds the network key and can be read by others`,
      next: `chmod 600 ${folder.mesh}`,
    }
  }
  const { name: meshName, signingKey } = readJson(folder.mesh) as { name: string; signingKey?: string }
  return {
    name,
    level: 'ok',
    seen: `${meshName}${signingKey === undefined ? '' : '; this peer holds its key and may invite'}`,
  }
}

function checkPeer(folder: DataFolder): Check {
  const name = 'peer'
  const file = readJson(folder.api) as ApiFile | undefined
  if (file === undefined)
    return { name, level: 'fail', seen: 'no peer is running here', next: `souk up${folder.words}` }
  if (!isRunning(file.pid)) {
    return {
      name,
      level: 'fail',
      seen: `${file.name} is gone (process ${file.pid} does not exist)`,
      next: `souk up${folder.words}   (its log: ${folder.log})`,
    }
  }
  return { name, level: 'ok', seen: `${file.name} runs as process ${file.pid}` }
}
