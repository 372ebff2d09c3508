import { setupInit, setupUninit } from '@start9labs/start-core/inits'
import { restoreInit } from '../backups'
import { versions } from '../versions'
import { followAddresses } from './followAddresses'
import { followSmtp } from './followSmtp'
import { settle } from './settle'

export const init = setupInit(restoreInit, versions, settle, followSmtp, followAddresses)

export const uninit = setupUninit(versions)
