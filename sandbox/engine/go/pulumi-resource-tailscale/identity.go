package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"
)

// runtimeToken asks the runtime for an identity token, as tailscale.com/wif does in GitHub Actions. That package also asks
// the metadata services of AWS and Google; here nothing beyond the loopback interface is asked unless a variable names it.
func runtimeToken(audience string) (string, error) {
	address, token := os.Getenv("ACTIONS_ID_TOKEN_REQUEST_URL"), os.Getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	if address == "" || token == "" {
		return "", errors.New("could not detect environment; provide --id-token explicitly")
	}
	target, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("parse ACTIONS_ID_TOKEN_REQUEST_URL: %w", err)
	}
	query := target.Query()
	query.Set("audience", audience)
	target.RawQuery = query.Encode()

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("request github oidc token: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("github oidc token endpoint returned %s", response.Status)
	}
	var answer struct{ Value string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return "", fmt.Errorf("decode github oidc token response: %w", err)
	}
	if answer.Value == "" {
		return "", errors.New("github oidc token endpoint returned no token")
	}
	return answer.Value, nil
}
