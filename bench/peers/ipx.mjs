// node ipx.mjs FOLDER PORT: ipx over the pictures of a folder, as its own `serve` command sets it up, on the loopback.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [dir, port] = process.argv.slice(2)
const { createIPX, createIPXNodeServer, ipxFSStorage } = createRequire(join(process.cwd(), 'package.json'))('ipx')
createServer(createIPXNodeServer(createIPX({ storage: ipxFSStorage({ dir }) }))).listen(Number(port), '127.0.0.1')
