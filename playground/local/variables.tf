# Change one of these and apply again, e.g. `script/up -var users=1000`.

variable "seed" {
  description = "The number that every value of the world follows from: same seed, same rows."
  type        = number
  default     = 42

  validation {
    condition     = var.seed >= 0 && floor(var.seed) == var.seed
    error_message = "The seed has to be a whole number, 0 or more."
  }
}

variable "users" {
  description = "People who have an account at the shop."
  type        = number
  default     = 100000

  validation {
    condition     = var.users >= 1 && floor(var.users) == var.users
    error_message = "There has to be at least one user, and a whole number of them."
  }
}

variable "vip_users" {
  description = "How many of the users are VIP; half of them when not set."
  type        = number
  default     = null

  validation {
    condition     = var.vip_users == null ? true : var.vip_users >= 0 && floor(var.vip_users) == var.vip_users
    error_message = "The number of VIP users has to be a whole number, 0 or more."
  }
}

variable "products" {
  description = "Products in the shop."
  type        = number
  default     = 10000

  validation {
    condition     = var.products >= 1 && floor(var.products) == var.products
    error_message = "There has to be at least one product, and a whole number of them."
  }
}

variable "orders" {
  description = "Orders of the three years before the epoch; each has 1 to 10 items."
  type        = number
  default     = 100000

  validation {
    condition     = var.orders >= 0 && floor(var.orders) == var.orders
    error_message = "The number of orders has to be a whole number, 0 or more."
  }
}

variable "traffic_hours" {
  description = "Hours of page views before the epoch that are there from the start."
  type        = number
  default     = 24

  validation {
    condition     = var.traffic_hours >= 0 && var.traffic_hours <= 8784
    error_message = "Hours of traffic go from 0 to 8784, a year."
  }
}

variable "event_rate" {
  description = "Page views a second of playground time, on average over a week."
  type        = number
  default     = 11.6

  validation {
    condition     = var.event_rate >= 0.001 && var.event_rate <= 100000
    error_message = "The event rate goes from 0.001 to 100000 page views a second."
  }
}

variable "epoch" {
  description = "The moment at which playground time starts, in UTC."
  type        = string
  default     = "2026-06-01T00:00:00Z"
}

variable "locale" {
  description = "Language of people's names, jobs and texts and of the products: cs or en."
  type        = string
  default     = "cs"

  validation {
    condition     = contains(["cs", "en"], var.locale)
    error_message = "The locales are cs and en."
  }
}

variable "clock_speed" {
  description = "Seconds of playground time in one second; 60 makes a day pass in 24 minutes."
  type        = number
  default     = 1

  validation {
    condition     = var.clock_speed >= 0.1 && var.clock_speed <= 10000
    error_message = "The clock's speed goes from 0.1 to 10000."
  }
}

variable "ttl_minutes" {
  description = "Minutes after the last apply at which the playground stops by itself; 0 is never."
  type        = number
  default     = 0

  validation {
    condition     = var.ttl_minutes >= 0 && floor(var.ttl_minutes) == var.ttl_minutes
    error_message = "Give whole minutes, 0 or more."
  }
}

variable "data_dir" {
  description = "The playground's folder: absent, empty or a playground's. `.hriste` here when not set."
  type        = string
  default     = null
}

variable "tracking_uri" {
  description = "Address of an MLflow server, e.g. http://127.0.0.1:5000: runs, models and aliases also go there."
  type        = string
  default     = null
}
