# One HTTP request: the ping before it proves neither DNS nor port 80 nor the role. Needs ANTHROPIC_BASE_URL and
# JOIN_TIMEOUT, in seconds. What is seen is curl's exit code, the HTTP status and the seconds until it was connected.
ask() {
  code=0
  answer=$(curl -sS --connect-timeout 5 --max-time 20 -w '\n%{http_code} %{time_connect}' "$ANTHROPIC_BASE_URL$1") || code=$?
  seen="$code ${answer##*$'\n'}"
  echo "GET $ANTHROPIC_BASE_URL$1: $seen"
}
ask /api/providers
# Names and routes can be there seconds after the runner joined (tailscale/github-action#193). A route that does not come
# by itself comes with a new start (#266) of what is this job's own tailscaled, or the first step would be red.
for ((waited = 0; waited < JOIN_TIMEOUT; waited += 5)); do
  [[ $seen == [1-9]*' 0.000000' ]] || break
  if [[ $waited,$code == 5,[^6]* ]]; then sudo tailscale down && timeout 20 sudo tailscale up || true; fi
  # A connection that timed out has taken five seconds already.
  [[ $code == 28 ]] || sleep 5
  ask /api/providers
done
for path in /v1/models /aperture/openapi.json; do
  if [[ $seen == '0 40'[45]* ]]; then ask $path; fi
done
# Aperture lists its providers or its models, or its API has its name. The page of a proxy does not.
[[ $seen$answer =~ ^'0 200 '[0-9.]+('['|'{'.*('"data"'|'Aperture API')) ]] && exit
case $seen in
  6*) cause="$noName" ;;
  '0 40'[13]*) cause="$noRole" ;;
  '0 5'*) cause="$status500" ;;
  0*) cause="$notAperture" ;;
  *' 0.000000') cause="$noConnection" ;;
  *) cause="$noAnswer" ;;
esac
echo "::error::$cause"
echo "CAUSE=$cause" >> "$GITHUB_ENV"
exit 1
