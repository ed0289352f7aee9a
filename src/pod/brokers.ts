/** The settings that hold the URL of a broker, with the use of the broker's database (pod/settings.py). */
export const BROKER_SETTINGS = {
  CELERY_BROKER_URL: 'encoding',
  ENCODING_TRANSCODING_CELERY_BROKER_URL: 'encoding',
  XAPI_CELERY_BROKER_URL: 'xapi',
} as const;

/** A setting that holds the URL of a broker. */
export type BrokerSetting = keyof typeof BROKER_SETTINGS;

/** The settings that have Pod hand tasks to workers, with the broker that each needs. */
export const SWITCH_BROKERS = {
  CELERY_TO_ENCODE: 'CELERY_BROKER_URL',
  USE_REMOTE_ENCODING_TRANSCODING: 'ENCODING_TRANSCODING_CELERY_BROKER_URL',
  USE_XAPI: 'XAPI_CELERY_BROKER_URL',
} as const;
