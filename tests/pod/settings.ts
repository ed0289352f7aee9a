import { pythonString } from '../../src/emit/escape.ts';

/** The facts that Pod's settings need beside the generated ones. */
export interface Base {
  /** The SQLite file. */
  readonly database: string;
  readonly media: string;
  /** The folder of uploads that are not complete. */
  readonly uploads: string;
  /** The port of the web server on 127.0.0.1. */
  readonly port: number;
  /** The port of the Learning Record Store. */
  readonly records: number;
  /** The port of the mail server. */
  readonly mail: number;
}

/** The key of Pod's REST API. */
export const TOKEN = '0123456789abcdef0123456789abcdef01234567';

/** The account of the Learning Record Store. */
export const RECORDS_LOGIN = { user: 'lrs', password: 'secret of the LRS' } as const;

/** The account that visits Pod. */
export const ADMIN = { user: 'admin', password: 'secret of the admin' } as const;

/** The name of the site. */
export const DOMAIN = 'pod.example.org';

const RECORDS = ({ records }: Base) => `
XAPI_LRS_URL = "http://127.0.0.1:${records}/statements"
XAPI_LRS_LOGIN = ${pythonString(RECORDS_LOGIN.user)}
XAPI_LRS_PWD = ${pythonString(RECORDS_LOGIN.password)}
`;

/** The settings of a server without Django: those that the comments of the generated files name. */
export const workerSettings = (base: Base): string => `
DEBUG = False
POD_API_URL = "http://127.0.0.1:${base.port}/rest"
POD_API_TOKEN = "${TOKEN}"
# Pod's logging takes a host and a port.
EMAIL_HOST = ("127.0.0.1", ${base.mail})
DEFAULT_FROM_EMAIL = "pod@${DOMAIN}"
ADMINS = [("Admin", "admin@${DOMAIN}")]
MEDIA_ROOT = ${pythonString(base.media)}
${RECORDS(base)}`;

/** The rest of the settings of a server that runs the whole of Pod. */
export const podSettings = (base: Base): string => `${workerSettings(base)}
SECRET_KEY = "of the tests"
ALLOWED_HOSTS = ["*"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ${pythonString(base.database)},
        "OPTIONS": {"timeout": 60},
    }
}
FILE_UPLOAD_TEMP_DIR = ${pythonString(base.uploads)}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
ES_URL = None
USE_PODFILE = True
`;
