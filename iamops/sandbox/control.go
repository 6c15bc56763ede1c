package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ControlPath is where the account is controlled over HTTP, unsigned:
//
//	POST /_keyturn/advance?days=N       moves the account clock on; also hours=, minutes=
//	GET  /_keyturn/applications         the applications, as JSON
//	POST /_keyturn/applications?name=APPLICATION&key=KEYID
//	                                    gives an application another key
//
// Whoever can reach the account can do this.
const ControlPath = "/_keyturn/"

// maxAdvance is as far as one request can move the clock on.
const maxAdvance = 3660 * 24 * time.Hour

func (a *Account) control(r *http.Request) answer {
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return controlText(http.StatusBadRequest, "the query string cannot be read: "+err.Error())
	}
	switch r.Method + " " + r.URL.Path {
	case "POST " + ControlPath + "advance":
		d, problem := advanceOf(parameters)
		if problem != "" {
			return controlText(http.StatusBadRequest, problem)
		}
		a.Advance(d)
		return controlJSON(struct {
			Now time.Time `json:"now"`
		}{a.Now()})
	case "GET " + ControlPath + "applications":
		return controlJSON(a.Applications())
	case "POST " + ControlPath + "applications":
		name, key := parameters.Get("name"), parameters.Get("key")
		if name == "" || key == "" {
			return controlText(http.StatusBadRequest,
				"say which application and which key: ?name=APPLICATION&key=KEYID")
		}
		if err := a.UpdateApplication(name, key); err != nil {
			return controlText(http.StatusNotFound, err.Error())
		}
		return controlJSON(a.Applications())
	case "GET " + ControlPath + "advance":
		return controlText(http.StatusMethodNotAllowed, "advancing the clock takes a POST")
	}
	return controlText(http.StatusNotFound,
		"there is POST /_keyturn/advance?days=N, GET /_keyturn/applications "+
			"and POST /_keyturn/applications?name=APPLICATION&key=KEYID")
}

// advanceOf is how far the parameters say to move the clock on; otherwise what is
// wrong with them.
func advanceOf(parameters url.Values) (time.Duration, string) {
	units := map[string]time.Duration{"days": 24 * time.Hour, "hours": time.Hour, "minutes": time.Minute}
	var d time.Duration
	for name := range parameters {
		unit, known := units[name]
		if !known {
			return 0, "unknown parameter " + strconv.Quote(name) + ": there are days, hours and minutes"
		}
		n, err := strconv.Atoi(parameters.Get(name))
		if err != nil || n < 0 || n > int(maxAdvance/unit) {
			return 0, name + " must be a whole number from 0 to " + strconv.Itoa(int(maxAdvance/unit))
		}
		d += time.Duration(n) * unit
	}
	if d == 0 {
		return 0, "say how far: ?days=N, ?hours=N or ?minutes=N"
	}
	return d, ""
}

func controlText(status int, text string) answer {
	return answer{
		status: status,
		header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
		body:   []byte(text + "\n"),
	}
}

func controlJSON(v any) answer {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic("sandbox: " + err.Error()) // a type that JSON does not know
	}
	return answer{
		status: http.StatusOK,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   append(body, '\n'),
	}
}
