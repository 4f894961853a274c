@echo off
rem The provider plugin as Pulumi's engine starts it on Windows. All of it is in dist\plugin, beside this file.
where node >nul 2>nul || (
  echo The provider plugin of UP42 needs Node.js 20 or newer, and there is no node on PATH. See https://nodejs.org >&2
  exit /b 1
)
node "%~dp0dist\plugin\start.js" %*
