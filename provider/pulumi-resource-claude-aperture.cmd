@echo off
rem Starts the provider on the Node of PATH. Pulumi runs this file on Windows.
setlocal
where node >nul 2>nul
if errorlevel 1 (
  echo The claude-aperture plugin needs Node.js 22.18 or newer and found none on PATH. Install it from https://nodejs.org 1>&2
  exit /b 1
)
node "%~dp0start.mjs" %*
