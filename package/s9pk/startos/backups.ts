import { Backups } from '@start9labs/start-sdk/lib/backup/Backups'
import { setupBackups } from '@start9labs/start-sdk/lib/backup/setupBackups'
import { call } from './call'
import type { Manifest } from './manifest'
import { carryOut } from './orders'

/** The whole volume. What is thrown before the copy keeps the backup as it was. */
export const { createBackup, restoreInit } = setupBackups(async () =>
  Backups.ofVolumes<Manifest>('main').setPreBackup(async effects => carryOut(effects, await call('backup', {}))),
)
