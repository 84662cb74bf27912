# Three tiers. Bronze keeps everything as it arrived, so that a mistake further on can be repaired;
# silver holds typed, repaired and deduplicated tables; gold answers questions.
resource "hriste_lake" "bronze" {
  name = "bronze"
  tier = "bronze"
}

resource "hriste_lake" "silver" {
  name = "silver"
  tier = "silver"
}

resource "hriste_lake" "gold" {
  name = "gold"
  tier = "gold"
}
