// fake_users ROWS: users as JSON lines by the crate `fake`, the columns of the world's users.
use fake::faker::address::en::{BuildingNumber, CityName, StateName, StreetName};
use fake::faker::internet::en::Username;
use fake::faker::job::en::Title;
use fake::faker::lorem::en::Sentence;
use fake::faker::name::en::Name;
use fake::faker::number::en::NumberWithFormat;
use fake::faker::phone_number::en::PhoneNumber;
use fake::Fake;
use rand::{rngs::StdRng, SeedableRng};
use std::io::Write;

#[derive(serde::Serialize)]
struct User {
    id: u64,
    name: String,
    city: String,
    street_address: String,
    phone_number: String,
    birth_number: String,
    user_name: String,
    administrative_unit: String,
    description: String,
    jobs: [String; 3],
}

fn main() {
    let rows: u64 = std::env::args().nth(1).expect("rows").parse().expect("rows");
    let mut rng = StdRng::seed_from_u64(7);
    let mut out = std::io::BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    for id in 0..rows {
        let r = &mut rng;
        let street: String = StreetName().fake_with_rng(r);
        let building: String = BuildingNumber().fake_with_rng(r);
        let sentences: Vec<String> = (0..5).map(|_| Sentence(8..12).fake_with_rng(r)).collect();
        let user = User {
            id,
            name: Name().fake_with_rng(r),
            city: CityName().fake_with_rng(r),
            street_address: format!("{street} {building}"),
            phone_number: PhoneNumber().fake_with_rng(r),
            birth_number: NumberWithFormat("######/####").fake_with_rng(r),
            user_name: Username().fake_with_rng(r),
            administrative_unit: StateName().fake_with_rng(r),
            description: sentences.join(" "),
            jobs: [Title().fake_with_rng(r), Title().fake_with_rng(r), Title().fake_with_rng(r)],
        };
        serde_json::to_writer(&mut out, &user).expect("written");
        out.write_all(b"\n").expect("written");
    }
}
