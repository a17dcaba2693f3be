@echo off
rem Starts the provider on the Node of PATH. Pulumi runs this file on Windows.
setlocal
where node >nul 2>nul
if errorlevel 1 (
  echo The claude-aperture plugin needs Node.js 22.18 or newer and found none on PATH. Install it from https://nodejs.org 1>&2
  exit /b 1
)
if not defined NODE_USE_ENV_PROXY set NODE_USE_ENV_PROXY=1
if defined NO_PROXY (set "NO_PROXY=%NO_PROXY%,localhost,127.0.0.1,::1") else (set "NO_PROXY=localhost,127.0.0.1,::1")
node "%~dp0start.mjs" %*
