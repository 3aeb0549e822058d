/** The words that the made-up community is made of. Mail addresses are of example.com and example.org alone. */

/** First names with the form that a mail address takes. */
export const firstNames: readonly (readonly [string, string])[] = [
  ['Ada', 'ada'],
  ['Amir', 'amir'],
  ['Anaïs', 'anais'],
  ['Björn', 'bjorn'],
  ['Chloé', 'chloe'],
  ['Daniela', 'daniela'],
  ['Eniola', 'eniola'],
  ['Fatima', 'fatima'],
  ['Grace', 'grace'],
  ['Hiro', 'hiro'],
  ['Inês', 'ines'],
  ['José', 'jose'],
  ['Katarína', 'katarina'],
  ['Lina', 'lina'],
  ['Mateo', 'mateo'],
  ['Nadia', 'nadia'],
  ['Oskar', 'oskar'],
  ['Priya', 'priya'],
  ['Quentin', 'quentin'],
  ['Rosa', 'rosa'],
  ['Søren', 'soren'],
  ['Thandiwe', 'thandiwe'],
  ['Uma', 'uma'],
  ['Victor', 'victor'],
  ['Wei', 'wei'],
  ['Ximena', 'ximena'],
  ['Yusuf', 'yusuf'],
  ['Zoë', 'zoe'],
  ['美咲', 'misaki'],
  ['Łukasz', 'lukasz'],
];

/** Last names with the form that a mail address takes. */
export const lastNames: readonly (readonly [string, string])[] = [
  ['Adeyemi', 'adeyemi'],
  ['Bauer', 'bauer'],
  ['Castillo', 'castillo'],
  ['Dubois', 'dubois'],
  ['Eriksson', 'eriksson'],
  ['Fischer', 'fischer'],
  ['García', 'garcia'],
  ['Haddad', 'haddad'],
  ['Ivanova', 'ivanova'],
  ['Jones', 'jones'],
  ['Kowalski', 'kowalski'],
  ['Larsen', 'larsen'],
  ['Müller', 'muller'],
  ['Nguyen', 'nguyen'],
  ["O'Brien", 'obrien'],
  ['Patel', 'patel'],
  ['Quispe', 'quispe'],
  ['Rossi', 'rossi'],
  ['Silva', 'silva'],
  ['Tanaka', 'tanaka'],
  ['Usman', 'usman'],
  ['Vasquez', 'vasquez'],
  ['Williams', 'williams'],
  ['Xu', 'xu'],
  ['Yılmaz', 'yilmaz'],
  ['Zieliński', 'zielinski'],
  ['Nkosi', 'nkosi'],
  ['van der Berg', 'vanderberg'],
];

export const discussionSpaces: readonly string[] = [
  'Introductions',
  'Ask the Community',
  'Wins & Milestones',
  'Show Your Work',
  'Book Club',
  'Job Board',
  'Feedback Café',
  'Announcements',
];

export const chatSpaces: readonly string[] = ['Lounge', 'Co-working', 'Founders Chat', 'Night Owls'];

export const eventSpaces: readonly string[] = ['Workshops', 'Office Hours', 'Meetups'];

export const courseSpaces: readonly string[] = [
  'Getting Started',
  'Writing Every Day',
  'Pricing Your Work',
  'Community Building 101',
  'Speaking with Confidence',
  'Photography Basics',
];

export const tags: readonly (readonly [name: string, color: string, format: string, isPublic: boolean])[] = [
  ['New Member', '#4CAF50', 'label', true],
  ['Mentor', '#3F51B5', 'label', true],
  ['Speaker', '#E91E63', 'label', true],
  ['Founding Member', '#FFC107', 'emoji', true],
  ['Beta', '#9C27B0', 'none', false],
  ['At Risk', '#F44336', 'none', false],
  ['VIP', '#009688', 'label', true],
  ['Alumni 2025', '#607D8B', 'label', true],
];

export const topics: readonly string[] = [
  'How do you plan your week?',
  'My first 100 subscribers',
  'Tools I can\u2019t work without',
  'Question about "lifetime" pricing',
  'Looking for an accountability partner',
  'What I learned from failing',
  'Résumé reviews this Friday',
  'Favourite reads of the month 📚',
  'Notes from the last workshop',
  'Introduce yourself \\o/',
];

export const gatherings: readonly (readonly [name: string, type: string])[] = [
  ['Weekly Q&A', 'live_room'],
  ['Deep Work Session', 'tbd'],
  ['Guest Talk: Building in Public', 'live_stream'],
  ['Berlin Meetup', 'in_person'],
  ['Portfolio Workshop', 'virtual'],
  ['Office Hours', 'live_room'],
];

export const places: readonly (readonly [country: string, region: string, city: string])[] = [
  ['US', 'California', 'San Francisco'],
  ['US', 'Texas', 'Austin'],
  ['DE', 'Berlin', 'Berlin'],
  ['BR', 'São Paulo', 'São Paulo'],
  ['IN', 'Karnataka', 'Bengaluru'],
  ['NG', 'Lagos', 'Lagos'],
  ['JP', 'Tokyo', 'Tokyo'],
  ['FR', 'Île-de-France', 'Paris'],
  ['GB', 'England', 'London'],
  ['AU', 'Victoria', 'Melbourne'],
];

export const userAgents: readonly string[] = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
];
