"""Word lists and small facts behind the problem generators."""

NAMES = (
    "Anna Ben Clara David Elena Felix Greta Hugo Irene Jonas Karin Liam Maria Nils Olga Peter Ruth Simon Tara Viktor "
    "Wanda Yusuf Zoe Amir Bruno Carla Dora Emil Frida Georg Hanna Ivan Julia Klaus Laura Marco Nadia Oscar Paula Rosa"
).split()

CAPITALS = {
    "France": "Paris", "Italy": "Rome", "Spain": "Madrid", "Germany": "Berlin", "Norway": "Oslo",
    "Sweden": "Stockholm", "Finland": "Helsinki", "Denmark": "Copenhagen", "Poland": "Warsaw", "Austria": "Vienna",
    "Greece": "Athens", "Portugal": "Lisbon", "Ireland": "Dublin", "Hungary": "Budapest", "Belgium": "Brussels",
    "Japan": "Tokyo", "China": "Beijing", "Egypt": "Cairo", "Kenya": "Nairobi", "Peru": "Lima", "Chile": "Santiago",
    "Cuba": "Havana", "Canada": "Ottawa", "Turkey": "Ankara", "Iran": "Tehran", "Iraq": "Baghdad", "Ghana": "Accra",
    "Nepal": "Kathmandu", "Thailand": "Bangkok", "Croatia": "Zagreb",
}

OPPOSITES = {
    "hot": "cold", "big": "small", "fast": "slow", "day": "night", "up": "down", "left": "right", "old": "young",
    "wet": "dry", "hard": "soft", "light": "dark", "high": "low", "full": "empty", "early": "late", "rich": "poor",
    "loud": "quiet", "happy": "sad", "strong": "weak", "near": "far", "long": "short", "open": "closed",
}

CITIES = list(CAPITALS.values())
ITEMS = (
    "apples books chairs pens eggs lamps cookies stamps balls cups plates shirts tickets bottles candles boxes maps "
    "coins carpets clocks keys towels mirrors pillows brushes hats"
).split()
EVENTS = (
    "concert lecture dinner meeting race picnic party exam rehearsal workshop festival market reading exhibition "
    "tournament wedding"
).split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
PLACES = "park library school museum station garden theater castle harbor hotel stadium church".split()

PRAISE = "great wonderful lovely brilliant superb charming excellent delightful fun amazing".split()
BLAME = "boring terrible awful dull horrible poor weak dreadful sad annoying".split()
THINGS = "film book meal show song hotel game play trip phone".split()

SYSTEM_MESSAGES = (
    "You are a helpful assistant.",
    "Answer briefly.",
    "Answer with the result only.",
    "You are a careful assistant. Give only the answer.",
    "Solve the problem.",
    "Be precise.",
)
