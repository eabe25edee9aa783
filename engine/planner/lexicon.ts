/** The word lists that matching stands on. Plain data: what people write, and what we take it for. */

/** Words we know how to act on; a misspelling close to one of them is read as that word. */
export const vocabulary = [
  ...['access', 'account', 'accounts', 'login', 'locked', 'blocked', 'disabled', 'deactivated', 'suspended'],
  ...[
    'unlock',
    'unblock',
    'enable',
    'reactivate',
    'password',
    'remove',
    'removed',
    'group',
    'device',
    'devices',
  ],
  ...[
    'session',
    'sessions',
    'everywhere',
    'signed',
    'logged',
    'permission',
    'permissions',
    'license',
    'licence',
  ],
  ...['request', 'grant', 'cannot', 'phone', 'laptop', 'computer', 'stolen', 'phishing', 'hacked', 'please'],
  ...['thanks', 'unsubscribe', 'urgent', 'should', 'could', 'would', 'authenticator', 'colleague', 'install'],
];

/** Ordinary words that a spelling repair would wrongly take for one of the above. */
export const ordinaryWords = [
  ...[
    'disable',
    'deactivate',
    'suspend',
    'disables',
    'removing',
    'requesting',
    'enabling',
    'looked',
    'looker',
    'linked',
    'lacked',
    'licked',
    'locker',
    'lockers',
    'blacked',
    'backed',
    'unable',
  ],
  ...[
    'remote',
    'removes',
    'remover',
    'removal',
    'groups',
    'grouped',
    'grope',
    'devise',
    'devised',
    'requests',
  ],
  ...[
    'requested',
    'grants',
    'granted',
    'grand',
    'giant',
    'phones',
    'phoned',
    'laptops',
    'computers',
    'computed',
  ],
  ...['commuter', 'stole', 'singed', 'signal', 'lodged', 'logger', 'hacker', 'hackers', 'phasing', 'pleased'],
  ...[
    'pleas',
    'places',
    'thank',
    'cold',
    'cloud',
    'world',
    'wound',
    'mould',
    'shoulder',
    'installs',
    'instill',
  ],
  ...[
    'accounted',
    'accountant',
    'enables',
    'enabled',
    'unlocks',
    'unlocked',
    'unblocked',
    'locate',
    'located',
  ],
  ...['passwords', 'licenses', 'licences', 'logins', 'colleagues', 'block', 'blocks', 'group'],
];

/** What a person's own work sign-in is called, apart from any single app. */
export const ownSignInWords = [
  ...[
    'account',
    'computer',
    'laptop',
    'pc',
    'machine',
    'desktop',
    'workstation',
    'windows',
    'email',
    'emails',
  ],
  ...[
    'mail',
    'office',
    'office 365',
    'o365',
    'm365',
    '365',
    'microsoft',
    'microsoft 365',
    'ms',
    'outlook',
    'teams',
  ],
  ...[
    'work',
    'everything',
    'anything',
    'system',
    'systems',
    'network',
    'profile',
    'my stuff',
    'stuff',
    'user',
  ],
  ...[
    'company',
    'anywhere',
    'anything at all',
    'corporate',
    'domain',
    'business',
    'azure',
    'entra',
    'ad',
    'work email',
    'work computer',
  ],
  ...['work laptop', 'all systems', 'signin', 'it', 'work pc', 'all', 'windows pc', 'office account'],
];

/** Accounts and locks that an IT desk does not keep: beside a blocked sign-in, they mean another sign-in. */
export const elsewhere = new RegExp(
  `\\b(?:${[
    'bank|banks|banking|card|cards|debit|credit|atm|pin|passcode|cash|cheque|checking|savings|mortgage|loan|iban',
    'refund|refunds|refunded|top ?up|top ?ups|topped|balance|currency|exchange rate|payment|payments|merchant',
    'transaction|transactions|withdraw|withdrawal|deposit|paypal|venmo|direct debit|overdraft|funds|money|crypto|bitcoin',
    'netflix|spotify|hulu|youtube|playstation|xbox|nintendo|steam|gmail|hotmail|yahoo|icloud|whatsapp|facebook',
    'instagram|tiktok|snapchat|twitter|tinder|amazon|ebay|uber|airbnb|apple id|personal (?:account|email|phone)',
    'keys?|front door|house|flat|apartment|garage|locker|car door|gym|insurance|utility|electric bill|credit union|pharmacy',
  ].join('|')})\\b`,
);

/** Signs that somebody else may be inside the account, or hold the device. */
export const compromise = [
  /\b(?:lost|lose|stolen|stole|missing|misplaced|robbed|mugged|nicked|left)\b.*\b(?:phone|laptop|device|tablet|ipad|iphone|mobile|computer|bag|macbook|pc|cell)\b/,
  /\b(?:phone|laptop|device|tablet|ipad|iphone|mobile|computer|bag|macbook|pc|cell)\b.*\b(?:lost|stolen|gone|missing|taken|nicked)\b/,
  /\b(?:hacked|hacker|mugged|robbed|compromised|phish\w*|malware|ransomware|virus|breach\w*|scam\w*|suspicious)\b/,
  /\b(?:clicked|opened|followed)\b.*\b(?:link|attachment|email)\b/,
  /\b(?:someone|somebody|anyone|stranger)\b(?: else)?(?: \w+){0,3}? (?:in|into|using|signin|accessed|hacked|stole|knows|guessed)\b.*\b(?:my|account|password)\b/,
  /\b(?:someone|somebody|stranger)\b(?: else)? (?:has|have|got|took) (?:got )?my\b/,
  /\b(?:gave|typed|entered|shared|leaked)\b.*\bpassword\b/,
  /\b(?:do not recogni[sz]e|unknown|unrecogni[sz]ed|not me|unauthori[sz]ed)\b/,
];

/** Kinds of work that a technician does and no playbook covers. */
export const otherWork =
  /\b(?:printers?|print|scanner|monitor|screen|keyboard|mouse|headset|wifi|wi fi|internet|slow|crash\w*|freez\w*|broken|install|installed|update|upgrade|new (?:laptop|phone|computer|pc|mac|monitor)|mailbox|calendar|shared drive|folder|backup|restore|webcam|docking|battery|forwarding|signature|out of office|room|starter|leaver|licence count|server|website is down)\b/;

/** A level of rights that the name of a group does not tell. */
export const level =
  /\b(?:admin|admins|administrator|administrators|owner|superuser|root|elevated|privileged|full control|full access|read ?only|view only|manager rights|global)\b/;

/** Things that are shared by their own permissions and not by joining an app's group. */
export const sharedThing =
  /\b(?:folders?|drives?|mailbox|inbox|calendars?|files?|documents?|spreadsheets?|channels?|printers?|rooms?|doors?|building|server|database|reports?|dashboards?|share|sharepoint site|notebook|invoices?)\b/;

export const passwordTrouble =
  /\b(?:forgot|forgotten|forget|reset|change|expired|expire|new|wrong|incorrect|remember)\b.*\bpasswords?\b|\bpasswords?\b.*\b(?:forgot|forgotten|reset|change|expired|wrong|incorrect|not work\w*|rejected)\b/;

export const secondFactor =
  /\b(?:mfa|2fa|authenticator|verification code|security code|otp|two factor|multi factor)\b/;
