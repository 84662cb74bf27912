// gofakeit ROWS: users as JSON lines, the columns of the world's users.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"github.com/brianvoe/gofakeit/v7"
)

type user struct {
	ID                 int      `json:"id"`
	Name               string   `json:"name"`
	City               string   `json:"city"`
	StreetAddress      string   `json:"street_address"`
	PhoneNumber        string   `json:"phone_number"`
	BirthNumber        string   `json:"birth_number"`
	UserName           string   `json:"user_name"`
	AdministrativeUnit string   `json:"administrative_unit"`
	Description        string   `json:"description"`
	Jobs               []string `json:"jobs"`
}

func main() {
	rows, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	fake := gofakeit.New(7)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	sentences := make([]string, 5)
	for i := 0; i < rows; i++ {
		for s := range sentences {
			sentences[s] = fake.Sentence(10)
		}
		encoder.Encode(user{i, fake.Name(), fake.City(), fake.Street(), fake.Phone(), fake.Numerify("######/####"),
			fake.Username(), fake.State(), strings.Join(sentences, " "),
			[]string{fake.JobTitle(), fake.JobTitle(), fake.JobTitle()}})
	}
}
