// golang.org/x/oauth2: `SECONDS header THREADS` and `SECONDS exchange URL`. Prints nanoseconds per call, one line per round.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Sets the header of a valid token in a request, in several goroutines at once.
func header(threads int) (int, func(times int)) {
	token := &oauth2.Token{
		AccessToken: "0123456789abcdef0123456789abcdef0123456789abcdef",
		TokenType:   "Bearer",
		Expiry:      time.Now().Add(12 * time.Hour),
	}
	config := &oauth2.Config{ClientID: "client-id", ClientSecret: "client-secret"}
	source := config.TokenSource(context.Background(), token)
	return 100000, func(times int) {
		var all sync.WaitGroup
		for i := 0; i < threads; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				request, err := http.NewRequest("GET", "https://api.example.com/me", nil)
				must(err)
				for n := 0; n < times; n++ {
					live, err := source.Token()
					must(err)
					live.SetAuthHeader(request)
				}
			}()
		}
		all.Wait()
	}
}

func exchange(url string) (int, func(times int)) {
	config := &oauth2.Config{
		ClientID:     "client-id",
		ClientSecret: "client-secret",
		RedirectURL:  "https://app.example.com/callback",
		Endpoint:     oauth2.Endpoint{TokenURL: url, AuthStyle: oauth2.AuthStyleInParams},
	}
	return 200, func(times int) {
		for n := 0; n < times; n++ {
			_, err := config.Exchange(context.Background(), "0123456789abcdef0123456789abcdef")
			must(err)
		}
	}
}

func main() {
	seconds, err := strconv.ParseFloat(os.Args[1], 64)
	must(err)
	var times int
	var call func(times int)
	switch os.Args[2] {
	case "header":
		threads, err := strconv.Atoi(os.Args[3])
		must(err)
		times, call = header(threads)
	case "exchange":
		times, call = exchange(os.Args[3])
	}
	call(times)
	until := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	for time.Now().Before(until) {
		begun := time.Now()
		call(times)
		fmt.Println(float64(time.Since(begun).Nanoseconds()) / float64(times))
	}
}
