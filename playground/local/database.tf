# The shop's own database: what a business system keeps, and analytics has to copy from.
resource "hriste_database" "shop" {
  name   = "shop"
  engine = "sqlite"
}
